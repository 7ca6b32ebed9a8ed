import { setTimeout as pause } from 'node:timers/promises';
import { MASK_FIELD } from '../../../edits/fields/known-fields.js';
import { CliError } from '../../cli-error.js';
import { type Editor, type EditRequest, type EditUpdate, pictureField } from '../editor.js';
import { readEvents } from './event-stream.js';
import { answeredFault, answeredNotice, toUpdate, unexpected } from './server-answer.js';

/** A service that is loading, or has too much to do, is asked again as it says; no longer than this in all. */
const PATIENCE_SECONDS = 60;
/** The edit doesn't wait for the notice for longer. */
const NOTICE_MILLISECONDS = 2000;
const COME_BACK = [429, 503];

/** Has a running service make the edits: one streamed request each, which is cancelled by leaving it. */
export class ServerEditor implements Editor {
  readonly maxInputBytes = null;
  private wasNoticeAsked = false;

  /** @param api address of the API, which ends in a slash */
  constructor(
    private readonly api: URL,
    private readonly apiKey: string | null,
  ) {}

  /** @throws CliError with what the service answered */
  async *edit(request: EditRequest, signal: AbortSignal): AsyncGenerator<EditUpdate> {
    for (let waited = 0; ;) {
      const response = await this.post(request, signal);
      if (response.ok) {
        const notice = await this.notice(signal);
        if (notice !== null) yield { type: 'notice', text: notice };
        yield* this.updates(response, signal);
        return;
      }
      const fault = await answeredFault(response);
      const seconds = Number(response.headers.get('retry-after') ?? Infinity);
      const isPatient = COME_BACK.includes(response.status) && waited + seconds < PATIENCE_SECONDS;
      if (!isPatient) throw fault;
      yield { type: 'preparing', what: `The server says: ${fault.message}; trying again in ${seconds} s` };
      await pause(seconds * 1000, undefined, { signal });
      waited += seconds;
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private async post(request: EditRequest, signal: AbortSignal): Promise<Response> {
    const { texts, pictures, mask } = request;
    const body = new FormData();
    for (const [name, text] of Object.entries({ ...texts, stream: 'true', progress: 'true' })) body.append(name, text);
    for (const picture of pictures) {
      body.append(pictureField(request), new Blob([new Uint8Array(picture)]), 'picture');
    }
    if (mask !== null) body.append(MASK_FIELD, new Blob([new Uint8Array(mask)]), 'mask');
    try {
      return await fetch(this.address, { method: 'POST', body, headers: this.headers, signal });
    } catch (error) {
      signal.throwIfAborted();
      const message = `${this.address.origin} can't be reached: ${networkCause(error)}`;
      throw new CliError(message, 1, { code: 'UNREACHABLE', isForAll: true });
    }
  }

  /** The served model's notice, the first time; a service that has none, or of another version, is none the worse. */
  private async notice(signal: AbortSignal): Promise<string | null> {
    if (this.wasNoticeAsked) return null;
    this.wasNoticeAsked = true;
    const limit = AbortSignal.any([signal, AbortSignal.timeout(NOTICE_MILLISECONDS)]);
    try {
      return await answeredNotice(await fetch(new URL('models', this.api), { headers: this.headers, signal: limit }));
    } catch {
      return null;
    }
  }

  private get address(): URL {
    return new URL('images/edits', this.api);
  }

  private get headers(): Record<string, string> {
    return this.apiKey === null ? {} : { authorization: basic(this.apiKey) };
  }

  private async *updates(response: Response, signal: AbortSignal): AsyncGenerator<EditUpdate> {
    const type = response.headers.get('content-type') ?? 'nothing';
    if (response.body === null || !type.startsWith('text/event-stream')) {
      throw unexpected(`${this.address.href} answered with ${type}, no stream of events: is it this service?`);
    }
    try {
      for await (const event of readEvents(response.body as AsyncIterable<Uint8Array>)) {
        const update = toUpdate(event);
        if (update !== null) yield update;
      }
    } catch (error) {
      if (error instanceof CliError) throw error;
      signal.throwIfAborted();
      const message = `The connection to ${this.address.origin} was lost: ${networkCause(error)}`;
      throw new CliError(message, 1, { code: 'CONNECTION_LOST' });
    }
  }
}

/** Any user name goes with the key; base64 takes every character that a key may have. */
function basic(key: string): string {
  return `Basic ${Buffer.from(`cli:${key}`).toString('base64')}`;
}

/** fetch() wraps what happened, and of several addresses that were tried each has its own error. */
function networkCause(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof AggregateError) return cause.errors.map((each) => networkCause(each)).join(', ');
  return (cause instanceof Error ? cause.message : String(cause)).trim();
}
