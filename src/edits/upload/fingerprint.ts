import { createHash } from 'node:crypto';
import type { Upload } from './upload.js';

/** The same for two bodies with the same fields and files in the same order, whatever their multipart boundaries. */
export function fingerprint(upload: Upload): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([...upload.texts]));
  for (const { field, bytes } of upload.files) {
    hash.update(`\n${JSON.stringify(field)} ${bytes.length}\n`);
    hash.update(bytes);
  }
  return hash.digest('base64');
}
