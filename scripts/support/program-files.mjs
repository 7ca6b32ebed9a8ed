// @ts-check
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');
/** The built program. */
export const DIST = join(ROOT, 'dist');
/** What `qwen-image-edit` starts. */
export const PROGRAM = join(DIST, 'cli.js');
/**
 * Node's flags that it is run with, which the first line of the built program holds too.
 *
 * What requests allocate lives until their pictures are made, longer than V8 expects of young objects, so it is copied
 * anyway: a small young generation copies it in pieces of 1 to 3 ms, where one of 16 MB (the default) stops /health for 6 to 10.
 * Its size is read before any code runs.
 */
export const NODE_FLAGS = ['--max-semi-space-size=2'];
