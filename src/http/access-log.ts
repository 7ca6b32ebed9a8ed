import { Logger } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { answeredStatus } from './answered-status.js';
import { type LogFields, logMilliseconds, ownFields } from '../program/log-fields.js';
import { PROBE_PATHS } from './probe-paths.js';
import { wireBytes } from './wire-bytes.js';
import { onClose } from './on-close.js';

const logger = new Logger('Request');

/**
 * One line a request: neither query, prompt nor key. `in` and `out` are its bytes on the wire, `ms` the time from its
 * headers to its answer's end; `cut` marks a connection that closed before that. The prompt follows in a line at debug level.
 * Probes are logged at debug level too, whatever they were told: the log says it once when the model's state changes.
 */
export function accessLog(request: Request, response: Response, next: NextFunction): void {
  const startedAt = performance.now();
  const { method, socket } = request;
  const path = request.path.slice(0, 200);
  onClose(response, () => {
    const bytes = wireBytes(socket);
    const { id, errorCode, logFields } = request.context;
    // Those of an orchestrator would bury the rest of the log; one of them being refused or cut is news.
    const isQuiet = PROBE_PATHS.includes(path) && response.writableFinished && isProbeAnswer(response.statusCode);
    const common: LogFields = {
      id,
      method,
      path,
      status: answeredStatus(response),
      ...(errorCode === null ? {} : { code: errorCode }),
      in: bytes.in,
      out: bytes.out,
      ms: logMilliseconds(performance.now() - startedAt),
      ...(response.writableFinished ? {} : { cut: true }),
    };
    const privateFields = logFields?.privateFields ?? {};
    void ownFields(logFields).then((own) => {
      const message = `${method} ${path}`;
      if (isQuiet) logger.debug(message, { ...common, ...own });
      else logger.log(message, { ...common, ...own });
      if (Object.keys(privateFields).length > 0) logger.debug('Private fields', { id, ...privateFields });
    });
  });
  next();
}

function isProbeAnswer(status: number): boolean {
  return status < 400 || status === 503;
}
