// @ts-check
import { join } from 'node:path';
import { ROOT } from './run-built.mjs';

/**
 * Node's arguments that start the built service; `start:prod` in package.json and the Dockerfile have the same.
 *
 * What requests allocate lives until their pictures are made, longer than V8 expects of young objects, so it is copied
 * anyway: a small young generation copies it in pieces of 1 to 3 ms, where one of 16 MB (the default) stops /health for 6 to 10.
 */
export const SERVICE = ['--max-semi-space-size=2', join(ROOT, 'bundle', 'main.js')];
