import type { ServiceDefinition } from '@grpc/grpc-js';
import protobuf from 'protobufjs';
import { type ApiError, invalidInput } from '../../http/errors/api-error.js';

/** More than any message needs: each takes memory of its own, however little there is in it. */
const MAX_FIELDS = 1000;

/** Stands for a message that can't be read. */
export class MessageFault {
  constructor(readonly error: ApiError) {}
}

/**
 * The service with requests that are looked at before objects are made of them: one that is no message of its type, or has too many
 * fields, becomes a MessageFault, where grpc-js would call it the service's own fault.
 */
export function withCheckedMessages(service: ServiceDefinition): ServiceDefinition {
  return Object.fromEntries(
    Object.entries(service).map(([name, method]) => {
      const requestDeserialize = (bytes: Buffer): unknown => {
        try {
          return hasTooManyFields(bytes)
            ? fault(`The message has more than ${MAX_FIELDS} fields`)
            : method.requestDeserialize(bytes);
        } catch {
          return fault('The message can not be read as what the method takes');
        }
      };
      return [name, { ...method, requestDeserialize }];
    }),
  );
}

function hasTooManyFields(bytes: Buffer): boolean {
  const reader = protobuf.Reader.create(bytes);
  let fields = 0;
  while (reader.pos < reader.len) {
    fields += 1;
    if (fields > MAX_FIELDS) return true;
    reader.skipType(reader.uint32() & 7);
  }
  return false;
}

function fault(message: string): MessageFault {
  return new MessageFault(invalidInput(message));
}
