import { SettingsError } from '../config/settings-error.js';

/**
 * Tells on standard error why a command ended: errors that carry an exit code, and wrong settings, explain themselves; of others
 * the stack helps.
 * @returns the exit code
 */
export function tell(error: unknown): number {
  if (error instanceof Error && 'exitCode' in error && typeof error.exitCode === 'number') {
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  if (error instanceof SettingsError) {
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}
