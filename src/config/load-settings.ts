import { loadDotEnv } from './dot-env.js';
import type { QuantizedCacheSettings } from '../protocol/load-request.js';
import { readQuantizedCache } from './quantized-cache-settings.js';
import type { TransformerSource } from '../protocol/transformer-source.js';
import { readSettings, readTransformerSource } from './read-settings.js';
import type { Settings } from './settings.js';
import { SettingsError } from './settings-error.js';
import { VariableReader } from './variable-reader.js';

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

/**
 * The settings of the quantized cache alone, for tools that need nothing else; what the other variables hold is of no matter.
 * @throws SettingsError
 */
export function loadCacheSettings(): QuantizedCacheSettings {
  return loadPart(readQuantizedCache);
}

/**
 * The same for whose weights the transformer has.
 * @throws SettingsError
 */
export function loadTransformerSource(): TransformerSource {
  return loadPart(readTransformerSource);
}

function loadPart<T>(read: (variables: VariableReader) => T): T {
  loadDotEnv();
  const variables = new VariableReader(process.env);
  const part = read(variables);
  if (variables.faults.length > 0) throw new SettingsError(variables.faults);
  return part;
}
