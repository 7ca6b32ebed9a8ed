import type { Reservation } from '../jobs/job-queue.js';

/** For jobs that need no reservation in the queue. */
export const NO_RESERVATION: Reservation = { release: () => undefined };
