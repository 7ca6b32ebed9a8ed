import type { IncomingHttpHeaders } from 'node:http';
import type { TraceContext } from '../protocol/trace-context.js';

/** What a span or event tells about its work, by OpenTelemetry's names where there are any. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** What went wrong, by its code and in plain words; never the prompt. */
interface SpanError {
  readonly type: string;
  readonly message: string;
}

/** A piece of work that is over. Times are milliseconds since 1970. */
export interface SpanRecord {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly attributes: SpanAttributes;
  readonly error?: SpanError | null;
  /** Moments within it. */
  readonly events?: readonly { readonly name: string; readonly at: number; readonly attributes: SpanAttributes }[];
  readonly children?: readonly SpanRecord[];
}

/** What a request has ended in. */
interface RequestError extends SpanError {
  /** The service's own fault: in a server's span the caller's mistakes are no errors. */
  readonly isOwnFault: boolean;
}

/** A request that is being answered. */
export interface RequestSpan {
  /** For the spans of its work. */
  readonly context: TraceContext;
  /** @param name METHOD route, now that the route is known */
  end(name: string, attributes: SpanAttributes, error: RequestError | null): void;
}

/** Where spans go. */
export abstract class Tracing {
  /** Begins the span of a request, below its caller's when its headers name one. */
  abstract begin(headers: IncomingHttpHeaders, name: string, attributes: SpanAttributes): RequestSpan;

  /** Tells of work below `parent`; `span` is called only where traces are sent. */
  abstract record(parent: TraceContext, span: () => SpanRecord): void;

  /** Sends what was not sent yet, if that can be done soon. */
  abstract end(): Promise<void>;
}

/** For a service that is to send no traces. */
export class NoTracing extends Tracing {
  begin(): RequestSpan {
    return { context: {}, end: () => undefined };
  }

  record(): void {
    // Nowhere to.
  }

  end(): Promise<void> {
    return Promise.resolve();
  }
}
