/**
 * Like Promise.all, but waits for all of them, and of several failures throws the one that stands first and not the one
 * that happened first: the same folder always gives the same message.
 */
export async function allInOrder<const T extends readonly unknown[]>(
  promises: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
