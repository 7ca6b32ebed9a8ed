import type { IncomingHttpHeaders } from 'node:http';
import {
  type Context,
  context,
  diag,
  type DiagLogger,
  DiagLogLevel,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { Logger } from '@nestjs/common';
import { NodeSDK } from '@opentelemetry/sdk-node';
import type { Environment } from '../config/variable-reader.js';
import { PACKAGE_VERSION } from '../program/program-files.js';
import { withinSeconds } from '../program/within-seconds.js';
import type { TraceContext } from '../protocol/trace-context.js';
import { type RequestSpan, type SpanAttributes, type SpanRecord, Tracing } from './tracing.js';

const SERVICE_NAME = 'qwen-image-edit-service';
/** A collector that can't be reached must not hold up the service's end. */
const LAST_SPANS_SECONDS = 2;
/** As many as a picture may have steps; the specification's 128 are fewer. */
const EVENTS_A_SPAN = 1000;
/** The same trouble with a collector is told once in this time. */
const QUIET_MILLISECONDS = 60_000;

/**
 * Spans by OpenTelemetry's SDK, set up by its environment variables. Its packages are imported here and nowhere else, and this
 * file is loaded only where traces are wanted.
 */
export class OpenTelemetry extends Tracing {
  private constructor(
    private readonly tracer: Tracer,
    private readonly shutDown: () => Promise<void>,
  ) {
    super();
  }

  static start(environment: Environment): OpenTelemetry {
    const sdk = new NodeSDK({
      ...(namesService(environment) ? {} : { serviceName: SERVICE_NAME }),
      // GET /metrics and the log are there already.
      metricReaders: [],
      logRecordProcessors: [],
      ...(environment['OTEL_SPAN_EVENT_COUNT_LIMIT'] ? {} : { spanLimits: { eventCountLimit: EVENTS_A_SPAN } }),
    });
    if (!environment['OTEL_LOG_LEVEL']) diag.setLogger(quietLogger(), DiagLogLevel.WARN);
    sdk.start();
    return new OpenTelemetry(trace.getTracer(SERVICE_NAME, PACKAGE_VERSION), () => sdk.shutdown());
  }

  begin(headers: IncomingHttpHeaders, name: string, attributes: SpanAttributes): RequestSpan {
    const caller = propagation.extract(context.active(), headers);
    const span = this.tracer.startSpan(name, { kind: SpanKind.SERVER, attributes: { ...attributes } }, caller);
    const carrier: Record<string, string> = {};
    propagation.inject(trace.setSpan(caller, span), carrier);
    return {
      context: carrier,
      end: (finalName, finalAttributes, error) => {
        span.updateName(finalName);
        span.setAttributes({ ...finalAttributes });
        if (error !== null) span.setAttribute('error.type', error.type);
        if (error?.isOwnFault === true) span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
        span.end();
      },
    };
  }

  record(parent: TraceContext, span: () => SpanRecord): void {
    this.add(propagation.extract(context.active(), parent), span());
  }

  async end(): Promise<void> {
    const isDone = this.shutDown().catch(() => undefined);
    await withinSeconds(isDone, LAST_SPANS_SECONDS);
  }

  private add(parent: Context, { name, start, end, attributes, error, events, children }: SpanRecord): void {
    const span = this.tracer.startSpan(name, { startTime: time(start), attributes: { ...attributes } }, parent);
    for (const event of events ?? []) span.addEvent(event.name, { ...event.attributes }, time(event.at));
    const inside = trace.setSpan(parent, span);
    for (const child of children ?? []) this.add(inside, child);
    if (error) {
      span.setAttribute('error.type', error.type);
      span.recordException({ name: error.type, message: error.message }, time(end));
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
    }
    span.end(time(end));
  }
}

/** Seconds and nanoseconds: plain numbers may be taken for times since the process' start. */
function time(milliseconds: number): [number, number] {
  const seconds = Math.floor(milliseconds / 1000);
  return [seconds, Math.round((milliseconds - seconds * 1000) * 1e6)];
}

function namesService(environment: Environment): boolean {
  const attributes = environment['OTEL_RESOURCE_ATTRIBUTES'] ?? '';
  return Boolean(environment['OTEL_SERVICE_NAME']) || /(^|,)\s*service\.name\s*=/.test(attributes);
}

/** The SDK's warnings and errors as warnings of the service's log. */
function quietLogger(): DiagLogger {
  const logger = new Logger('Tracing');
  const told = new Map<string, number>();
  const warn = (message: string, ...rest: unknown[]): void => {
    const line = [message, ...rest].map((part) => (part instanceof Error ? part.message : String(part))).join(' ');
    const cause = /"message":"([^"]*)"/.exec(line)?.[1];
    const text = cause ?? line.split('\n')[0] ?? '';
    if (performance.now() - (told.get(text) ?? -Infinity) < QUIET_MILLISECONDS) return;
    told.set(text, performance.now());
    logger.warn(text);
  };
  const ignore = (): void => undefined;
  return { error: warn, warn, info: ignore, debug: ignore, verbose: ignore };
}
