// @ts-check
/**
 * Is loaded into a service of the tests and its engines (NODE_OPTIONS): an engine waits here, before anything of its program, while
 * the file is there that the query names. Else a test could not look at a service that loads: a fast machine has loaded before.
 */
import { existsSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const gate = decodeURIComponent(new URL(import.meta.url).search.slice(1));
const isEngine = isMainThread && process.argv[1]?.endsWith('engine.js');
if (isEngine) {
  const parent = process.ppid;
  const cell = new Int32Array(new SharedArrayBuffer(4));
  while (existsSync(gate) && process.ppid === parent) Atomics.wait(cell, 0, 0, 5);
}
