const LEAST_RETRY_AFTER_SECONDS = 1;
/** No client is asked to wait longer than this at a time. */
export const MOST_RETRY_AFTER_SECONDS = 60;

/** What Retry-After tells of a time to wait: whole seconds, from 1 to 60. */
export function retryAfterSeconds(seconds: number): number {
  return Math.min(MOST_RETRY_AFTER_SECONDS, Math.max(LEAST_RETRY_AFTER_SECONDS, Math.ceil(seconds)));
}
