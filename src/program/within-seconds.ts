import { setTimeout as pause } from 'node:timers/promises';

/** What withinSeconds gives when there is nothing else to give. */
export const TIME_IS_UP = Symbol('time is up');

/**
 * Waits for a promise, but no longer than so many seconds. Nothing is cancelled when they are over.
 * @param seconds as a timer of Node.js can wait: 24 days at most
 * @throws what the promise rejects with in time
 */
export async function withinSeconds<T>(promise: Promise<T>, seconds: number): Promise<T | typeof TIME_IS_UP> {
  const isOver = new AbortController();
  const timer = pause(seconds * 1000, TIME_IS_UP, { signal: isOver.signal });
  // Nobody waits for a timer that was put away.
  const time = timer.catch((): typeof TIME_IS_UP => TIME_IS_UP);
  try {
    return await Promise.race([promise, time]);
  } finally {
    isOver.abort();
  }
}
