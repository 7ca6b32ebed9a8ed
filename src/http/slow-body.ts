import type { Readable } from 'node:stream';

/** A slow line is given this long before its pace counts. */
const PATIENCE_SECONDS = 20;
const LEAST_BYTES_PER_SECOND = 1024;
const CHECK_MILLISECONDS = 1000;

/**
 * A body that hardly arrives would hold its connection, and its bytes, for as long as a whole request may take.
 * @param onSlow called when the body's mean pace is too low; never after the body's end
 */
export function watchForSlowBody(body: Readable, onSlow: () => void): void {
  const startedAt = performance.now();
  let received = 0;
  body.on('data', (chunk: Buffer) => (received += chunk.length));
  const timer = setInterval(() => {
    const seconds = (performance.now() - startedAt) / 1000;
    if (seconds < PATIENCE_SECONDS || received >= LEAST_BYTES_PER_SECOND * seconds) return;
    clearInterval(timer);
    onSlow();
  }, CHECK_MILLISECONDS);
  for (const event of ['end', 'close', 'error']) body.once(event, () => clearInterval(timer));
}
