import { EDIT_ERROR_KINDS, EditError } from '../../../protocol/edit-error.js';
import { MessageReader } from '../../../redis/message-reader.js';

export function writeFailure({ kind, message, param, retryAfterSeconds }: EditError): string {
  return JSON.stringify({ kind, message, param, retryAfterSeconds });
}

/** Why a job failed, as it lies in Redis. @throws MessageError */
export function readFailure(json: string): EditError {
  const message = MessageReader.of(json, 'failure');
  const retryAfterSeconds = message.has('retryAfterSeconds', undefined)
    ? null
    : message.orNull('retryAfterSeconds', (name) => message.number(name, 0, 1e6));
  return new EditError(message.oneOf('kind', EDIT_ERROR_KINDS), message.text('message'), {
    param: message.has('param', undefined) ? null : message.orNull('param', (name) => message.text(name)),
    ...(retryAfterSeconds === null ? {} : { retryAfterSeconds }),
  });
}
