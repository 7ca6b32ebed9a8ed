import { CheckpointError } from './checkpoint-error.js';

/**
 * Like Promise.all, but waits for all of them, and of several failures throws one error that names them all in the order
 * in which they stand: the operator sees all that is to be mended at once, and the same folder always gives the same message.
 * @throws CheckpointError, or the first error that is none
 */
export async function allInOrder<const T extends readonly unknown[]>(
  promises: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const results = await Promise.allSettled(promises);
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
  if (errors.length > 1 && errors.every((error) => error instanceof CheckpointError)) throw CheckpointError.of(errors);
  return Promise.all(promises);
}
