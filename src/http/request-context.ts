import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { TraceContext } from '../protocol/trace-context.js';
import type { ErrorCode } from './errors/error-table.js';
import type { LogFieldSource } from '../program/log-fields.js';

declare module 'http' {
  interface IncomingMessage {
    /** Made with the request's first middleware, or when its client asks whether to send its body. */
    context?: RequestContext;
  }
}
declare module 'express-serve-static-core' {
  interface Request {
    context: RequestContext;
  }
}

const SANE_ID = /^[A-Za-z0-9._-]{1,128}$/;

/**
 * What the service knows and holds of one request, from its first middleware to its log line. Layers above add what is theirs
 * by declaration merging, so that nothing here depends on them.
 */
export class RequestContext {
  /** The caller's X-Request-Id if it is sane, else a fresh one; every answer and log line carries it. */
  readonly id: string;
  /** Of the error that was answered; null without one. */
  errorCode: ErrorCode | null = null;
  /** What its log line says beside what every request has. */
  logFields: LogFieldSource | null = null;
  /** What the spans of its work are to lie below. */
  trace: TraceContext = {};

  /** @param isWaitingForContinue its client came with `Expect: 100-continue` and sends no body before it is told to */
  constructor(
    headers: IncomingHttpHeaders,
    public isWaitingForContinue = false,
  ) {
    const presented = headers['x-request-id'];
    this.id = typeof presented === 'string' && SANE_ID.test(presented) ? presented : randomUUID();
  }
}

/** express middleware, the first of all */
export function beginRequest(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  request.context ??= new RequestContext(request.headers);
  response.setHeader('X-Request-Id', request.context.id);
  next();
}
