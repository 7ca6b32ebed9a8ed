import { HttpException, Inject, Injectable, Logger } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { Request, Response } from 'express';
import { limitsConfig } from '../../config/namespaces.js';
import { allowedMethods } from '../allowed-methods.js';
import { endWithUnreadBody, hasUnreadBody } from '../unread-body.js';
import { EditError } from '../../protocol/edit-error.js';
import { ApiError, generationError } from './api-error.js';
import { editApiError } from './edit-api-error.js';
import { errorEnvelope } from './error-envelope.js';
import { codeForStatus } from './error-table.js';

/** A client whose body is somewhat too large must still get to know it. */
const DRAIN_FACTOR = 2;

/** Turns whatever was thrown into the one error envelope; the only place that writes error answers to requests. */
@Injectable()
export class ErrorAnswers {
  private readonly logger = new Logger('Errors');

  constructor(@Inject(limitsConfig.KEY) private readonly limits: ConfigType<typeof limitsConfig>) {}

  /** Answers a request with what was thrown while it was handled; an answer that has begun already is cut instead. */
  send(exception: unknown, request: Request, response: Response): void {
    const error = this.toApiError(exception, request);
    request.context.errorCode = error.code;
    if (response.headersSent) {
      // Too late for an answer: a cut connection tells the client that the body is not whole.
      response.destroy();
      return;
    }
    for (const [name, value] of Object.entries(error.headers)) response.setHeader(name, value);
    const body = JSON.stringify(errorEnvelope(error.code, error.message, error.param));
    response.status(error.status);
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.setHeader('Content-Length', Buffer.byteLength(body));
    if (hasUnreadBody(request)) {
      endWithUnreadBody(request, response, body, DRAIN_FACTOR * this.limits.maxBodyBytes);
    } else {
      response.end(body);
    }
  }

  private toApiError(exception: unknown, request: Request): ApiError {
    if (exception instanceof ApiError) return exception;
    if (exception instanceof EditError) return editApiError(exception);
    if (exception instanceof HttpException && exception.getStatus() === 404) return unknownRoute(request);
    if (exception instanceof HttpException && exception.getStatus() < 500) {
      return new ApiError(codeForStatus(exception.getStatus()), exception.message);
    }
    this.logger.error(
      `Request ${request.context.id}: ${exception instanceof Error ? (exception.stack ?? exception.message) : String(exception)}`,
    );
    return generationError(`an internal error, logged under the request id ${request.context.id}`);
  }
}

function unknownRoute(request: Request): ApiError {
  const methods = allowedMethods(request);
  if (methods.length === 0) return new ApiError('NOT_FOUND', 'There is nothing at this path');
  return new ApiError('METHOD_NOT_ALLOWED', `${request.method} is not allowed here; allowed: ${methods.join(', ')}`, {
    headers: { Allow: methods.join(', ') },
  });
}
