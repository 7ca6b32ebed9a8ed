import { createHash } from 'node:crypto';
import type { FormInput } from '../../fields/form-input.js';

/** The same for two bodies with the same fields and files in the same order, whatever their multipart boundaries. */
export function fingerprint({ texts, files }: FormInput): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([...texts]));
  for (const { field, content } of files) {
    hash.update(`\n${JSON.stringify(field)} ${content.length}\n`);
    for (const block of content.blocks) hash.update(block);
  }
  return hash.digest('base64');
}
