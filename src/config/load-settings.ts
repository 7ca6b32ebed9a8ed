import { loadDotEnv } from './dot-env.js';
import { readSettings } from './read-settings.js';
import type { Settings } from './settings.js';

let settings: Settings | undefined;

/**
 * The settings of this process: `.env` and the environment, read and validated when they are first asked for.
 *
 * This and all that it imports know nothing of Nest: the engine process is launched with the settings before the API
 * process loads its own libraries. The namespaces for injection (namespaces.ts) hand out parts of the same object.
 * @throws SettingsError with every fault there is; asked again, it reads again
 */
export function loadSettings(): Settings {
  if (settings === undefined) {
    loadDotEnv();
    settings = readSettings(process.env);
  }
  return settings;
}
