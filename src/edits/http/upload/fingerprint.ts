import { createHash } from 'node:crypto';
import type { FormInput } from '../../fields/form-input.js';

/** The same for two bodies with the same fields and files in the same order, whatever their multipart boundaries. */
export function fingerprint({ texts, files }: FormInput): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([...texts]));
  for (const { field, url, content } of files) {
    // What lies at an address may change, and is not asked for again.
    hash.update(`\n${JSON.stringify(url === undefined ? field : [field, url.href])} ${content.length}\n`);
    for (const block of content.blocks) hash.update(block);
  }
  return hash.digest('base64');
}
