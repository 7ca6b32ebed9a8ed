import type { JobSnapshot } from '../../../jobs/job-snapshot.js';

/** The Server-Timing header: the wait for the engine, then model time by stage, in milliseconds. */
export function serverTiming({ waitedSeconds, stageSeconds: { text, encode, denoise, decode } }: JobSnapshot): string {
  return Object.entries({ queue: waitedSeconds, text, encode, denoise, decode })
    .map(([name, seconds]) => `${name};dur=${(seconds * 1000).toFixed(1)}`)
    .join(', ');
}
