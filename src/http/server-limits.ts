import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { errorEnvelope } from './errors/error-envelope.js';
import { ERROR_TABLE, type ErrorCode } from './errors/error-table.js';
import { RequestContext } from './request-context.js';
import { StreamingResponses } from './streaming-responses.js';

const HEADERS_SECONDS = 30;
/** Longer than what clients and proxies keep idle connections for, so that they close first and none meets a closing one. */
const KEEP_ALIVE_SECONDS = 75;
/** For a client to read why its connection closes. */
const LINGER_MILLISECONDS = 1000;

/**
 * Bounds how long a slow client may hold a connection, and answers what never becomes a request with the error envelope too:
 * unless an answer is on its way on the same connection, into which it would be mixed.
 * @param uploadSeconds UPLOAD_TIMEOUT_SECONDS
 */
export function limitServer(server: Server, uploadSeconds: number): void {
  // The wait for an answer doesn't count.
  const requestSeconds = HEADERS_SECONDS + uploadSeconds;
  server.headersTimeout = HEADERS_SECONDS * 1000;
  server.requestTimeout = requestSeconds * 1000;
  server.keepAliveTimeout = KEEP_ALIVE_SECONDS * 1000;
  // The refusal of Node.js would not have the error envelope; requireHost has it.
  Object.assign(server, { requireHostHeader: false });
  const streaming = new StreamingResponses(server);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (streaming.isOn(socket)) socket.destroy();
    else answerBrokenRequest(error, socket, requestSeconds);
  });
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    request.context = new RequestContext(request.headers, true);
    server.emit('request', request, response);
  });
  // RFC 9110 lets a server ignore an expectation that it doesn't know.
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) => {
    server.emit('request', request, response);
  });
}

function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket, requestSeconds: number): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [code, message] = describeBrokenRequest(error.code, requestSeconds);
  const body = JSON.stringify(errorEnvelope(code, message));
  const { status } = ERROR_TABLE[code];
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      `X-Request-Id: ${randomUUID()}`,
      '',
      body,
    ].join('\r\n'),
  );
  setTimeout(() => socket.destroy(), LINGER_MILLISECONDS).unref();
}

function describeBrokenRequest(code: string | undefined, requestSeconds: number): [ErrorCode, string] {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return ['REQUEST_INCOMPLETE', `The request did not arrive whole within ${requestSeconds} seconds`];
    case 'HPE_HEADER_OVERFLOW':
      return ['HEADERS_TOO_LARGE', 'The request headers are too large'];
    default:
      return ['INVALID_INPUT', 'This is not a valid HTTP request'];
  }
}
