import { constants, type ServerHttp2Stream } from 'node:http2';
import type { ServerInterceptingCallInterface } from '@grpc/grpc-js';

/** For a client to read why its call has failed, whose message is still on its way. */
const LINGER_MILLISECONDS = 5000;

/**
 * The HTTP/2 stream below a call. grpc-js hands out messages when they are whole, and tells neither of what comes before that nor
 * whether a reader reads: who counts bytes, or gives up a reader that takes nothing, needs the stream, which is its call's own
 * property.
 * @param call the one that the first interceptor gets
 */
export function streamOf(call: ServerInterceptingCallInterface): ServerHttp2Stream {
  const { stream } = call as unknown as { readonly stream?: ServerHttp2Stream };
  if (typeof stream?.close !== 'function')
    throw new Error('This version of grpc-js keeps the stream of a call elsewhere');
  return stream;
}

/** Of what a caller may send ahead on one connection: HTTP/2's own 64 kB make a large message wait for the way back again and again. */
const WINDOW_BYTES = 1024 * 1024;
const widened = new WeakSet<object>();

/** Lets the caller send more ahead on the stream's connection, from its next message on. */
export function widenWindow({ session }: ServerHttp2Stream): void {
  if (session === undefined || session.destroyed || widened.has(session)) return;
  widened.add(session);
  session.settings({ initialWindowSize: WINDOW_BYTES });
  session.setLocalWindowSize(WINDOW_BYTES);
}

/** What still comes of a call that has failed is thrown away, for a while; then the stream is closed. */
export function closeSoon(stream: ServerHttp2Stream): void {
  const timer = setTimeout(() => stream.close(constants.NGHTTP2_NO_ERROR), LINGER_MILLISECONDS);
  stream.once('close', () => clearTimeout(timer));
}
