/** The environment or `.env` can't be served with; each fault is one line that names its variable, or the file and its line. */
export class SettingsError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
  }
}
