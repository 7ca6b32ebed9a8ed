import { Logger } from '@nestjs/common';
import { EditError } from '../protocol/edit-error.js';
import { MessageError } from './message-reader.js';

export const RETRY_AFTER_SECONDS = 5;

/** What callers are told when Redis can't be asked, in plain words and without its address. */
export function unavailable(error: unknown): EditError {
  if (error instanceof EditError) return error;
  if (isDamage(error)) {
    new Logger('Redis').error(`A job's record can't be read: ${(error as Error).message}`);
    return new EditError('failed', "the job's record is damaged");
  }
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

/** What lies in Redis is not what a service has written there. */
function isDamage(error: unknown): boolean {
  return error instanceof MessageError || (error instanceof Error && error.message.includes('WRONGTYPE'));
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  if (/\bOOM\b/.test(message)) return 'Redis has no memory left';
  if (message.includes('LOADING')) return 'Redis is loading its data';
  if (/READONLY|MISCONF|MASTERDOWN/.test(message)) return 'Redis takes no writes';
  if (/timed out/i.test(message)) return 'Redis does not answer';
  return 'Redis can not be reached';
}
