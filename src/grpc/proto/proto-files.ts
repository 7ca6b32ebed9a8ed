import {
  loadSync,
  type MessageTypeDefinition,
  type PackageDefinition,
  type ServiceDefinition,
} from '@grpc/proto-loader';
import { PROTO_DIR } from '../../program/program-files.js';

/** Names as they stand in the file, which are HTTP's; what is absent from a message is absent from its object. */
const OPTIONS = { keepCase: true, longs: Number, enums: String, arrays: true, includeDirs: [PROTO_DIR] };

/** Every service and message of the service's own interface, and those of errors' details. */
export const PROTO: PackageDefinition = loadSync(['image_edits.proto', 'google/rpc/error_details.proto'], OPTIONS);

/** The service's name on the wire. */
export const IMAGE_EDITS = 'imageedits.v1.ImageEdits';

/** A service by its full name. */
export function serviceOf(definition: PackageDefinition, name: string): ServiceDefinition {
  const found = definition[name];
  if (found === undefined || 'format' in found) throw new Error(`The .proto files have no service ${name}`);
  return found;
}

/** Writes a message of this type, by its full name. */
export function serializeMessage(name: string, message: object): Buffer {
  const found = PROTO[name];
  if (found === undefined || !('serialize' in found)) throw new Error(`The .proto files have no message ${name}`);
  return Buffer.from((found as MessageTypeDefinition<object, object>).serialize(message));
}
