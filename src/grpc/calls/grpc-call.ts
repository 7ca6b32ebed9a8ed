import { constants, type ServerHttp2Stream } from 'node:http2';
import type { Metadata, status } from '@grpc/grpc-js';
import { RequestContext } from '../../http/request-context.js';
import type { HeldBytes } from '../../edits/budget/byte-budget.service.js';
import type { UploadReservation } from '../../edits/admission/upload-reservation.js';
import type { LogFieldSource } from '../../program/log-fields.js';
import type { TraceContext } from '../../protocol/trace-context.js';

/** Room and bytes that a call holds whose message is large. */
export interface CallUpload {
  readonly reservation: UploadReservation;
  /** Counts the bytes of its messages as they come. */
  readonly held: HeldBytes;
  /** From the call's `idempotency-key`; null without. */
  readonly idempotencyKey: string | null;
}

/** Results are held until they are read: a caller that takes nothing for so long is not waited for. */
const STALLED_MILLISECONDS = 30_000;

const calls = new WeakMap<Metadata, GrpcCall>();

/** What the service knows and holds of one call, from its metadata to its log line. */
export class GrpcCall {
  /** The caller's x-request-id if it is sane, else a fresh one; every answer, status and log line carries it. */
  readonly id: string;
  /** What the spans of its work are to lie below. */
  trace: TraceContext = {};
  /** Why it failed; null while or as it hasn't. */
  errorCode: string | null = null;
  /** The status that it was answered; null until then, and for one that its caller has cancelled. */
  status: status | null = null;
  /** What its log line says beside what every call has. */
  logFields: LogFieldSource | null = null;
  /** Of its messages so far. */
  receivedBytes = 0;
  private readonly over = new AbortController();
  private currentUpload: CallUpload | null = null;

  /**
   * @param stream what it comes and is answered on
   * @param deadline when its caller waits no longer, in milliseconds since 1970; Infinity: never
   */
  constructor(
    readonly path: string,
    readonly metadata: Metadata,
    private readonly stream: ServerHttp2Stream,
    private readonly deadline: number,
  ) {
    this.id = new RequestContext({ 'x-request-id': this.text('x-request-id') }).id;
    calls.set(metadata, this);
    stream.on('timeout', () => stream.close(constants.NGHTTP2_CANCEL));
  }

  /** The call that has come with this metadata. */
  static of(metadata: Metadata): GrpcCall {
    const call = calls.get(metadata);
    if (call === undefined) throw new Error('CallInterceptor has not seen this call');
    return call;
  }

  /** Aborted when it is answered to its end, or its caller has gone. */
  get ended(): AbortSignal {
    return this.over.signal;
  }

  get upload(): CallUpload {
    if (this.currentUpload === null) throw new Error(`${this.path} is called with small messages alone`);
    return this.currentUpload;
  }

  set upload(upload: CallUpload) {
    this.currentUpload = upload;
  }

  /** A value of its metadata; undefined where there is none. */
  text(name: string): string | undefined {
    return this.metadata
      .get(name)
      .map((value) => value.toString())
      .at(0);
  }

  /** Seconds until its deadline. */
  get secondsLeft(): number {
    return (this.deadline - Date.now()) / 1000;
  }

  /** Calls `listener` when it is over; at once when it is. */
  onEnd(listener: () => void): void {
    if (this.ended.aborted) listener();
    else this.ended.addEventListener('abort', listener, { once: true });
  }

  /** Waits for a message to be sent; a caller that takes nothing of it for long is cut off. */
  async whileSending(sent: Promise<void>): Promise<void> {
    this.stream.setTimeout(STALLED_MILLISECONDS);
    await sent;
    this.stream.setTimeout(0);
  }

  end(): void {
    this.over.abort();
  }
}
