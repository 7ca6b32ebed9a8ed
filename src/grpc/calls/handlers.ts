import type { handleServerStreamingCall, handleUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import type { CallErrors } from '../errors/call-errors.service.js';
import { MessageFault } from '../proto/checked-messages.js';
import { GrpcCall } from './grpc-call.js';

/** A method that answers with one message. */
export function unary<Request, Answer>(
  errors: CallErrors,
  answer: (request: Request, call: GrpcCall) => Answer | Promise<Answer>,
): handleUnaryCall<Request | MessageFault, Answer> {
  return ({ request, metadata }, callback) => {
    const call = GrpcCall.of(metadata);
    const answered = async (): Promise<Answer> => answer(sound(request), call);
    answered().then(
      (message) => callback(null, message),
      (error: unknown) => callback(errors.status(error, call)),
    );
  };
}

/** A method that answers with a stream. The next message is made once the one before it is sent: nothing piles up. */
export function streaming<Request, Answer>(
  errors: CallErrors,
  answers: (request: Request, call: GrpcCall) => AsyncIterable<Answer>,
): handleServerStreamingCall<Request | MessageFault, Answer> {
  return (stream) => {
    const call = GrpcCall.of(stream.metadata);
    const sent = async (): Promise<void> => sendAll(answers(sound(stream.request), call), stream, call);
    sent().then(
      () => {
        if (!call.ended.aborted) stream.end();
      },
      (error: unknown) => {
        if (!call.ended.aborted) stream.emit('error', errors.status(error, call));
      },
    );
  };
}

async function sendAll<Answer>(
  messages: AsyncIterable<Answer>,
  stream: ServerWritableStream<unknown, Answer>,
  call: GrpcCall,
): Promise<void> {
  let isSent = (): void => undefined;
  // What is written to a call that is over is never told to be sent.
  call.onEnd(() => isSent());
  for await (const message of messages) {
    if (call.ended.aborted) return;
    await call.whileSending(
      new Promise((resolve) => {
        isSent = resolve;
        stream.write(message, () => resolve());
      }),
    );
  }
}

/** @throws ApiError 400 */
function sound<Request>(request: Request | MessageFault): Request {
  if (request instanceof MessageFault) throw request.error;
  return request;
}
