import type { Socket } from 'node:net';

/** What a connection had sent and received when the last request on it ended. */
const counted = new WeakMap<Socket, { readonly read: number; readonly written: number }>();

/** Bytes on the wire, headers and framing included, since the last call for this connection. */
export function wireBytes(socket: Socket): { readonly in: number; readonly out: number } {
  const last = counted.get(socket) ?? { read: 0, written: 0 };
  const now = { read: socket.bytesRead, written: socket.bytesWritten };
  counted.set(socket, now);
  return { in: now.read - last.read, out: now.written - last.written };
}
