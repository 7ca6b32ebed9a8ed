import { MessageChannel } from 'node:worker_threads';

const { port1: nowhere, port2 } = new MessageChannel();
port2.close();

/**
 * Frees a large buffer of our own at once: what is handed over to a port without a listener is gone, and garbage
 * collection need not come first. Not for what libraries have allocated: that waits for the collection all the same.
 */
export function discard({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer) nowhere.postMessage(null, [buffer]);
}
