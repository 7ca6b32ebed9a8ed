import { Logger } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';

const logger = new Logger('Request');

/** nginx' status for a client that left before its answer. */
const CLIENT_CLOSED_REQUEST = 499;

/** One line a request: neither query, prompt nor key. `cut` marks a connection that closed before the answer's end. */
export function accessLog(request: Request, response: Response, next: NextFunction): void {
  const startedAt = performance.now();
  const { method } = request;
  const path = request.path.slice(0, 200);
  response.once('close', () => {
    const status = response.headersSent ? response.statusCode : CLIENT_CLOSED_REQUEST;
    const milliseconds = (performance.now() - startedAt).toFixed(1);
    logger.log(
      `id=${request.id} method=${method} path=${path} status=${status} ms=${milliseconds}${response.writableFinished ? '' : ' cut=true'}`,
    );
  });
  next();
}
