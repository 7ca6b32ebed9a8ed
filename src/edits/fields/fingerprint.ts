import { createHash } from 'node:crypto';
import type { FormInput } from './form-input.js';
import { normalizeForm } from './normalize-form.js';

/** The same for two bodies with the same fields and files in the same order, however their clients write forms. */
export function fingerprint(input: FormInput): string {
  const { texts, files } = normalizeForm(input);
  const hash = createHash('sha256');
  hash.update(JSON.stringify([...texts]));
  for (const { field, url, content } of files) {
    // What lies at an address may change, and is not asked for again.
    hash.update(`\n${JSON.stringify(url === undefined ? field : [field, url.href])} ${content.length}\n`);
    for (const block of content.blocks) hash.update(block);
  }
  return hash.digest('base64');
}
