import { Logger } from '@nestjs/common';
import { EditError } from '../protocol/edit-error.js';
import { MessageError } from './message-reader.js';
import { REDIS_FAULTS, redisFault } from './redis-fault.js';

export const RETRY_AFTER_SECONDS = 5;

/** What callers are told when Redis can't be asked, in plain words and without its address. */
export function unavailable(error: unknown): EditError {
  if (error instanceof EditError) return error;
  if (isDamage(error)) {
    new Logger('Redis').error(`A job's record can't be read: ${(error as Error).message}`);
    return new EditError('damaged', "The job's record is damaged and can't be read; deleting the job removes it");
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
  return REDIS_FAULTS[redisFault(error) ?? 'away'];
}
