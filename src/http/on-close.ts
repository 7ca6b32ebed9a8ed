import type { ServerResponse } from 'node:http';

/** Calls `listener` once the answer is sent or its client has gone; at once when that has happened already. */
export function onClose(response: ServerResponse, listener: () => void): void {
  if (response.closed) listener();
  else response.once('close', listener);
}
