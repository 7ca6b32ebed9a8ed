import { Logger } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { answeredStatus } from './answered-status.js';
import { type LogFields, type LogFieldSource, logLine } from './log-fields.js';
import { PROBE_PATHS } from './probe-paths.js';
import { wireBytes } from './wire-bytes.js';

const logger = new Logger('Request');
const NO_MORE: LogFieldSource = { fields: () => Promise.resolve({}), privateFields: {} };

/**
 * One line a request: neither query, prompt nor key. `in` and `out` are its bytes on the wire, `ms` the time from its
 * headers to its answer's end; `cut` marks a connection that closed before that. The prompt follows in a line at debug level,
 * and so do probes that went well.
 */
export function accessLog(request: Request, response: Response, next: NextFunction): void {
  const startedAt = performance.now();
  const { method, socket } = request;
  const path = request.path.slice(0, 200);
  response.once('close', () => {
    const bytes = wireBytes(socket);
    const { id, errorCode, logFields } = request.context;
    // Probes that went well would bury the rest of the log.
    const isQuiet = PROBE_PATHS.includes(path) && response.writableFinished && response.statusCode < 400;
    const common: LogFields = {
      id,
      method,
      path,
      status: answeredStatus(response),
      ...(errorCode === null ? {} : { code: errorCode }),
      in: bytes.in,
      out: bytes.out,
      ms: (performance.now() - startedAt).toFixed(1),
      ...(response.writableFinished ? {} : { cut: 'true' }),
    };
    const { fields, privateFields } = logFields ?? NO_MORE;
    void fields().then((own) => {
      const line = logLine({ ...common, ...own });
      if (isQuiet) logger.debug(line);
      else logger.log(line);
      if (Object.keys(privateFields).length > 0) logger.debug(logLine({ id, ...privateFields }));
    });
  });
  next();
}
