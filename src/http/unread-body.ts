import type { Request, Response } from 'express';

const DRAIN_SECONDS = 30;
/** What is read to its end in passing, so that the connection can go on. */
const SMALL_BYTES = 1024 * 1024;

/** The client is still sending, or about to send, a body that was not read to its end. */
export function hasUnreadBody(request: Request): boolean {
  const announced =
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
  return announced && !request.readableEnded && !request.destroyed;
}

/**
 * Answers before the body was read. A server that closes a connection with unread data in it resets it, and the client
 * then often loses the answer and sees a broken pipe; so the answer is written whole and the rest of the body thrown
 * away until it ends, or until it exceeds `maxBytes` or DRAIN_SECONDS; only then the connection closes. A small body of
 * announced length is worth no new connection: Node.js throws it away as it comes.
 */
export function endWithUnreadBody(request: Request, response: Response, body: string, maxBytes: number): void {
  const { isWaitingForContinue } = request.context;
  if (!isWaitingForContinue && Number(request.headers['content-length'] ?? Infinity) <= SMALL_BYTES) {
    response.end(body);
    return;
  }
  response.setHeader('Connection', 'close');
  if (isWaitingForContinue) {
    // A client that asked first sends nothing after a final answer.
    response.end(body);
    return;
  }
  response.write(body);
  let drainedBytes = 0;
  const finish = (): void => {
    clearTimeout(timer);
    request.removeListener('data', drain);
    response.end();
  };
  const drain = (chunk: Buffer): void => {
    drainedBytes += chunk.length;
    if (drainedBytes > maxBytes) finish();
  };
  const timer = setTimeout(finish, DRAIN_SECONDS * 1000);
  request.unpipe();
  request.on('data', drain);
  request.once('end', finish);
  request.once('close', finish);
  request.resume();
}

/** Tells a client that asked first to send its body now. */
export function continueBody({ context }: Request, response: Response): void {
  if (!context.isWaitingForContinue) return;
  context.isWaitingForContinue = false;
  response.writeContinue();
}
