// @ts-check
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..');
/** The built program. */
export const DIST = join(ROOT, 'dist');
/** What `qwen-image-edit` starts. */
export const PROGRAM = join(DIST, 'cli.js');
