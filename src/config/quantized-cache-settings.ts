import { homedir } from 'node:os';
import path from 'node:path';
import type { QuantizedCacheSettings } from '../protocol/load-request.js';
import type { VariableReader } from './variable-reader.js';

const GIGABYTE = 1e9;

/** Without a folder of its own the cache lies where the XDG base directory specification has it. */
export function readQuantizedCache(variables: VariableReader): QuantizedCacheSettings {
  const caches = variables.foreign('XDG_CACHE_HOME');
  // The specification has relative paths ignored.
  const base = caches !== null && path.isAbsolute(caches) ? caches : path.join(homedir(), '.cache');
  const folder = variables.text('QUANTIZED_CACHE_DIR') ?? path.join(base, 'qwen-image-edit-service', 'quantized');
  return {
    folder: path.resolve(folder),
    maxBytes: variables.wholeNumber('QUANTIZED_CACHE_MAX_GB', 1, 1_000_000, 100) * GIGABYTE,
  };
}
