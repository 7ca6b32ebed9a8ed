import { createHash } from 'node:crypto';
import type { FormInput } from '../../fields/form-input.js';
import { normalizeForm } from '../../fields/normalize-form.js';

/** The same for two bodies with the same fields and files in the same order, however their clients write forms. */
export function fingerprint(input: FormInput): string {
  const { texts, files } = normalizeForm(input);
  const hash = createHash('sha256');
  hash.update(JSON.stringify([...texts]));
  for (const { field, content } of files) {
    hash.update(`\n${JSON.stringify(field)} ${content.length}\n`);
    for (const block of content.blocks) hash.update(block);
  }
  return hash.digest('base64');
}
