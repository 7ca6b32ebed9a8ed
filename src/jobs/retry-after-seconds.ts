const LEAST_SECONDS = 1;
const MOST_SECONDS = 60;

/** What Retry-After tells of a time to wait: whole seconds, from 1 to 60. */
export function retryAfterSeconds(seconds: number): number {
  return Math.min(MOST_SECONDS, Math.max(LEAST_SECONDS, Math.ceil(seconds)));
}
