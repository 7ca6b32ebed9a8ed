import { status } from '@grpc/grpc-js';
import { Injectable, Logger } from '@nestjs/common';
import { Metrics } from '../../metrics/metrics.service.js';
import { type LogFields, logMilliseconds, ownFields } from '../../program/log-fields.js';
import { type RequestSpan, Tracing } from '../../tracing/tracing.js';
import { isOwnFault } from '../errors/status-table.js';
import { IMAGE_EDITS } from '../proto/proto-files.js';
import type { GrpcCall } from './grpc-call.js';

/** What a span's parent is named by. */
const TRACE_KEYS = ['traceparent', 'tracestate', 'baggage', 'b3', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-sampled'];

/** Counts, traces and logs every call; of probes and reflection the log tells at debug level. */
@Injectable()
export class CallRecord {
  private readonly logger = new Logger('Request');
  private count = 0;

  constructor(
    private readonly metrics: Metrics,
    private readonly tracing: Tracing,
  ) {}

  /** Calls that are not answered to their end; probes and reflection, which may go on for ever, don't count. */
  get running(): number {
    return this.count;
  }

  /** A call has come; its end is told when it is there. */
  begin(call: GrpcCall): void {
    const startedAt = performance.now();
    this.metrics.callStarted();
    if (isOwn(call)) this.count += 1;
    const span = this.beginSpan(call);
    if (span !== null) call.trace = span.context;
    call.onEnd(() => {
      if (isOwn(call)) this.count -= 1;
      const milliseconds = performance.now() - startedAt;
      const code = endStatus(call);
      this.metrics.callEnded(call.path, status[code], call.errorCode, milliseconds / 1000);
      if (span !== null) this.endSpan(span, call, code);
      this.log(call, code, milliseconds);
    });
  }

  /** @see https://opentelemetry.io/docs/specs/semconv/rpc/grpc/ */
  private beginSpan(call: GrpcCall): RequestSpan | null {
    if (!isOwn(call)) return null;
    const headers = Object.fromEntries(TRACE_KEYS.map((name) => [name, call.text(name)]));
    const [, service = '', method = ''] = call.path.split('/');
    return this.tracing.begin(headers, spanName(call), {
      'rpc.system': 'grpc',
      'rpc.service': service,
      'rpc.method': method,
      'request.id': call.id,
    });
  }

  private endSpan(span: RequestSpan, call: GrpcCall, code: status): void {
    const { errorCode } = call;
    const error = errorCode === null ? null : { type: errorCode, message: errorCode, isOwnFault: isOwnFault(code) };
    span.end(spanName(call), { 'rpc.grpc.status_code': code }, error);
  }

  private log(call: GrpcCall, code: status, milliseconds: number): void {
    const { id, path, errorCode, receivedBytes, logFields } = call;
    const common: LogFields = {
      id,
      method: 'gRPC',
      path,
      status: status[code],
      ...(errorCode === null ? {} : { code: errorCode }),
      in: receivedBytes,
      ms: logMilliseconds(milliseconds),
    };
    const privateFields = logFields?.privateFields ?? {};
    void ownFields(logFields).then((own) => {
      const message = `gRPC ${path}`;
      if (isOwn(call)) this.logger.log(message, { ...common, ...own });
      else this.logger.debug(message, { ...common, ...own });
      if (Object.keys(privateFields).length > 0) this.logger.debug('Private fields', { id, ...privateFields });
    });
  }
}

function isOwn({ path }: GrpcCall): boolean {
  return path.startsWith(`/${IMAGE_EDITS}/`);
}

function spanName({ path }: GrpcCall): string {
  return path.slice(1);
}

/** Of a call that is over: one that was not answered was cancelled by its caller, or by its deadline. */
function endStatus(call: GrpcCall): status {
  return call.status ?? (call.secondsLeft <= 0 ? status.DEADLINE_EXCEEDED : status.CANCELLED);
}
