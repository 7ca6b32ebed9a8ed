import { status } from '@grpc/grpc-js';
import type { ErrorCode } from '../../http/errors/error-table.js';

/** gRPC's status for each error code of the service. */
export const STATUS_BY_CODE = {
  INVALID_INPUT: status.INVALID_ARGUMENT,
  UNAUTHORIZED: status.UNAUTHENTICATED,
  FORBIDDEN: status.PERMISSION_DENIED,
  NOT_FOUND: status.NOT_FOUND,
  METHOD_NOT_ALLOWED: status.UNIMPLEMENTED,
  NOT_ACCEPTABLE: status.INVALID_ARGUMENT,
  REQUEST_INCOMPLETE: status.ABORTED,
  CONFLICT: status.FAILED_PRECONDITION,
  // As gRPC's own libraries tell it; without a RetryInfo.
  PAYLOAD_TOO_LARGE: status.RESOURCE_EXHAUSTED,
  UNSUPPORTED_MEDIA_TYPE: status.UNIMPLEMENTED,
  QUEUE_FULL: status.RESOURCE_EXHAUSTED,
  HEADERS_TOO_LARGE: status.RESOURCE_EXHAUSTED,
  JOB_DAMAGED: status.DATA_LOSS,
  GENERATION_ERROR: status.INTERNAL,
  MODEL_NOT_READY: status.UNAVAILABLE,
  TIMEOUT: status.DEADLINE_EXCEEDED,
} as const satisfies Record<ErrorCode, status>;

/** The service's own faults, by OpenTelemetry's conventions for servers. */
const OWN_FAULTS: readonly status[] = [
  status.UNKNOWN,
  status.DEADLINE_EXCEEDED,
  status.UNIMPLEMENTED,
  status.INTERNAL,
  status.UNAVAILABLE,
  status.DATA_LOSS,
];

/** Whether a call that ended so has met a fault of the service, rather than a mistake of its caller. */
export function isOwnFault(code: status): boolean {
  return OWN_FAULTS.includes(code);
}
