import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const GATE_MODULE = join(import.meta.dirname, 'engine-gate.mjs');

/** NODE_OPTIONS with which the engines of a program don't begin to load while a file is there. */
export function gateOptions(file: string): string {
  return `--import=${pathToFileURL(GATE_MODULE).href}?${encodeURIComponent(file)}`;
}
