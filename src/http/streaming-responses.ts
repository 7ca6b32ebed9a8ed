import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { onClose } from './on-close.js';

/** Knows on which connections an answer has begun and is not over. */
export class StreamingResponses {
  private readonly open = new WeakMap<Socket, Set<ServerResponse>>();

  constructor(server: Server) {
    server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      const responses = this.open.get(socket) ?? new Set();
      this.open.set(socket, responses.add(response));
      onClose(response, () => responses.delete(response));
    });
  }

  /** Whether an answer has begun on this connection and is not over. */
  isOn(socket: Socket): boolean {
    return [...(this.open.get(socket) ?? [])].some(({ headersSent }) => headersSent);
  }
}
