import type { Readable } from 'node:stream';

/** A slow line is given this long before its pace counts. */
const PATIENCE_SECONDS = 20;
const LEAST_BYTES_PER_SECOND = 1024;
const CHECK_MILLISECONDS = 1000;

/** A body that is being read. */
interface ArrivingBody {
  readonly body: Readable;
  /** What it is called. */
  readonly name: string;
  /** UPLOAD_TIMEOUT_SECONDS */
  readonly timeoutSeconds: number;
}

/**
 * A body that hardly arrives would hold its connection, and its bytes, for as long as it likes.
 * @param onSlow called once, with what to tell the caller, when the body's mean pace is too low or its time is over; never after
 *   the body's end
 */
export function watchForSlowBody(
  { body, name, timeoutSeconds }: ArrivingBody,
  onSlow: (message: string) => void,
): void {
  const startedAt = performance.now();
  let received = 0;
  const fault = (): string | null => {
    const seconds = (performance.now() - startedAt) / 1000;
    if (seconds >= timeoutSeconds) {
      return `${name} did not arrive whole within ${timeoutSeconds} seconds (UPLOAD_TIMEOUT_SECONDS)`;
    }
    return seconds >= PATIENCE_SECONDS && received < LEAST_BYTES_PER_SECOND * seconds
      ? `${name} arrives too slowly`
      : null;
  };
  body.on('data', (chunk: Buffer) => (received += chunk.length));
  const timer = setInterval(() => {
    const message = fault();
    if (message === null) return;
    clearInterval(timer);
    onSlow(message);
  }, CHECK_MILLISECONDS);
  for (const event of ['end', 'close', 'error']) body.once(event, () => clearInterval(timer));
}
