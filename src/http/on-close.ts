import type { ServerResponse } from 'node:http';

/** One listener an answer, however many wait for its end: of more than ten Node.js warns as of a leak. */
const waiting = new WeakMap<ServerResponse, (() => void)[]>();

/** Calls `listener` once the answer is sent or its client has gone; at once when that has happened already. */
export function onClose(response: ServerResponse, listener: () => void): void {
  if (response.closed) {
    listener();
    return;
  }
  const known = waiting.get(response);
  if (known !== undefined) {
    known.push(listener);
    return;
  }
  const listeners = [listener];
  waiting.set(response, listeners);
  response.once('close', () => {
    for (const each of listeners) each();
  });
}
