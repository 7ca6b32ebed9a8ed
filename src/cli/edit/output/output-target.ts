import { stat } from 'node:fs/promises';
import path from 'node:path';

/** Where -o wants the results. */
export type OutputTarget =
  /** No -o: each beside its input. */
  | { readonly kind: 'beside' }
  | { readonly kind: 'stdout' }
  /** `isNew`: it is made when it isn't there. */
  | { readonly kind: 'folder'; readonly folder: string; readonly isNew: boolean }
  /** One file, or a pattern with placeholders. */
  | { readonly kind: 'name'; readonly pattern: string };

/** @param readsStdin the one input comes from standard input */
export async function outputTarget(output: string | null, readsStdin: boolean): Promise<OutputTarget> {
  if (output === null) return readsStdin ? { kind: 'stdout' } : { kind: 'beside' };
  if (output === '-') return { kind: 'stdout' };
  if (output.endsWith('/') || output.endsWith(path.sep)) return { kind: 'folder', folder: output, isNew: true };
  const isFolder = await stat(output).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return isFolder ? { kind: 'folder', folder: output, isNew: false } : { kind: 'name', pattern: output };
}
