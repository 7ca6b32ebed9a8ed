import { Metadata, status } from '@grpc/grpc-js';
import { Injectable, Logger } from '@nestjs/common';
import { ApiError, generationError } from '../../http/errors/api-error.js';
import { editApiError } from '../../http/errors/edit-api-error.js';
import { EditError } from '../../protocol/edit-error.js';
import type { GrpcCall } from '../calls/grpc-call.js';
import type { StatusMessage } from '../proto/messages.js';
import { serializeMessage } from '../proto/proto-files.js';
import { STATUS_BY_CODE } from './status-table.js';

/** Where grpc libraries of every language look for a status' details. */
const DETAILS_KEY = 'grpc-status-details-bin';
const DOMAIN = 'qwen-image-edit-service';
/** The reason of a call whose job was given up. */
const CANCELLED = 'CANCELLED';

/** The status that a call ends with. */
export interface CallStatus {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
}

/** Turns whatever was thrown into a status with standard details; the only place that makes statuses of errors. */
@Injectable()
export class CallErrors {
  private readonly logger = new Logger('Errors');

  /** Of a call that has failed. */
  status(exception: unknown, call: GrpcCall): CallStatus {
    const error = this.toApiError(exception, call.id);
    const message = statusMessage(error, call.id, isCancelled(exception));
    call.errorCode = reasonOf(error, isCancelled(exception));
    const metadata = new Metadata();
    metadata.set(DETAILS_KEY, serializeMessage('google.rpc.Status', message));
    return { code: message.code, details: message.message, metadata };
  }

  /**
   * The same as a message, for a job that has failed.
   * @param id of the call that is told of it
   */
  message(failure: EditError, id: string): StatusMessage {
    return statusMessage(editApiError(failure), id, isCancelled(failure));
  }

  private toApiError(exception: unknown, id: string): ApiError {
    if (exception instanceof ApiError) return exception;
    if (exception instanceof EditError) return editApiError(exception);
    const text = exception instanceof Error ? (exception.stack ?? exception.message) : String(exception);
    this.logger.error(`Call ${id}: ${text}`);
    return generationError(`an internal error, logged under the request id ${id}`);
  }
}

/** HTTP has no status of its own for it. */
function isCancelled(exception: unknown): boolean {
  return exception instanceof EditError && exception.kind === 'cancelled';
}

function reasonOf({ code }: ApiError, isGivenUp: boolean): string {
  return isGivenUp ? CANCELLED : code;
}

function statusMessage(error: ApiError, id: string, isGivenUp: boolean): StatusMessage {
  return {
    code: isGivenUp ? status.CANCELLED : STATUS_BY_CODE[error.code],
    message: error.message,
    details: [
      detail('ErrorInfo', { reason: reasonOf(error, isGivenUp), domain: DOMAIN }),
      detail('RequestInfo', { request_id: id }),
      ...fieldDetails(error),
      ...retryDetails(error),
    ],
  };
}

type Detail = StatusMessage['details'][number];

function fieldDetails({ param, message }: ApiError): Detail[] {
  if (param === null) return [];
  return [detail('BadRequest', { field_violations: [{ field: param, description: message }] })];
}

function retryDetails({ headers }: ApiError): Detail[] {
  const seconds = headers['Retry-After'];
  if (seconds === undefined) return [];
  return [detail('RetryInfo', { retry_delay: { seconds: Number(seconds), nanos: 0 } })];
}

/** A google.protobuf.Any of one of google.rpc's messages. */
function detail(name: string, message: object): Detail {
  const type = `google.rpc.${name}`;
  return { type_url: `type.googleapis.com/${type}`, value: serializeMessage(type, message) };
}
