import type { EditAnswer } from './edit-answer.js';

/** The Server-Timing header: the wait for the engine, then model time by stage, in milliseconds. */
export function serverTiming({ queueSeconds, stageSeconds: { text, encode, denoise, decode } }: EditAnswer): string {
  return Object.entries({ queue: queueSeconds, text, encode, denoise, decode })
    .map(([name, seconds]) => `${name};dur=${(seconds * 1000).toFixed(1)}`)
    .join(', ');
}
