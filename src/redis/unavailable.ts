import { EditError } from '../protocol/edit-error.js';

export const RETRY_AFTER_SECONDS = 5;

/** What callers are told when Redis can't be asked, in plain words and without its address. */
export function unavailable(error: unknown): EditError {
  if (error instanceof EditError) return error;
  return new EditError('unavailable', `The job queue is unavailable: ${reasonOf(error)}`, {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}

/** Passes on what Redis answers; what goes wrong is told as `unavailable`. */
export async function orUnavailable<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw unavailable(error);
  }
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  if (/\bOOM\b/.test(message)) return 'Redis has no memory left';
  if (message.includes('LOADING')) return 'Redis is loading its data';
  if (/READONLY|MISCONF|MASTERDOWN/.test(message)) return 'Redis takes no writes';
  if (/timed out/i.test(message)) return 'Redis does not answer';
  return 'Redis can not be reached';
}
