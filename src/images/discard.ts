import { MessageChannel } from 'node:worker_threads';

const { port1: nowhere, port2 } = new MessageChannel();
port2.close();

/**
 * Frees a large buffer at once: what is handed over to a port that nobody listens at is gone. Garbage collection would leave
 * some decoded pictures of hundreds of megabytes about, of which its own heap knows little.
 */
export function discard({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer) nowhere.postMessage(null, [buffer]);
}
