import { createHash } from 'node:crypto';
import type { ExamplePicture } from '../protocol/model-info.js';

export const EXAMPLES_PATH = 'v1/examples';

/** Where an example's picture can be had: its name with a digest of it before, so that browsers may keep it for good. */
export function examplePath(picture: ExamplePicture): string {
  return `/${EXAMPLES_PATH}/${encodeURIComponent(exampleName(picture))}`;
}

export function exampleName({ name, base64 }: ExamplePicture): string {
  return `${createHash('sha256').update(base64).digest('hex').slice(0, 16)}-${name}`;
}
