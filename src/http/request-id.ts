import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';

declare module 'express-serve-static-core' {
  interface Request {
    /** The caller's X-Request-Id if it is sane, else a fresh one; every answer and log line carries it. */
    id: string;
  }
}

const SANE_ID = /^[A-Za-z0-9._-]{1,128}$/;

export function requestId(request: Request, response: Response, next: NextFunction): void {
  const presented = request.get('x-request-id');
  request.id = presented !== undefined && SANE_ID.test(presented) ? presented : randomUUID();
  response.setHeader('X-Request-Id', request.id);
  next();
}
