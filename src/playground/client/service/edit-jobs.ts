import type { JobDto } from '../../../edits/http/answers/job-answer.dto.js';
import type { EditRequest } from '../state/app-state.js';
import type { EditEvent } from './edit-event.js';
import { editForm } from './edit-request.js';
import { eventStream } from './event-stream.js';
import { FaultError } from './fault.js';
import type { ServiceClient } from './service-client.js';

const EDITS = 'v1/images/edits';

/** An event of a job, with its number. */
export interface NumberedEvent {
  readonly number: number;
  readonly event: EditEvent;
}

/** Edits that go on in the service whatever becomes of the page: jobs. */
export class EditJobs {
  constructor(private readonly client: ServiceClient) {}

  /**
   * Sends an edit.
   * @param key the same key again is the same job, should the answer have been lost
   * @returns the job's id
   * @throws FaultError
   */
  async submit(request: EditRequest, key: string, signal: AbortSignal): Promise<string> {
    const { body, contentType } = await editForm(request);
    const headers = { 'Content-Type': contentType, Prefer: 'respond-async', 'Idempotency-Key': key };
    const response = await this.client.send(EDITS, { method: 'POST', headers, body, signal });
    return ((await response.json()) as JobDto).id;
  }

  /**
   * What happened to a job after an event of it, and what happens until it ends.
   * @throws FaultError: NOT_FOUND where the service doesn't know it any more; UNREACHABLE or CUT where it may still go on
   */
  async *events(id: string, after: number, signal: AbortSignal): AsyncGenerator<NumberedEvent> {
    const response = await this.client.send(`${EDITS}/${id}/events`, {
      headers: after === 0 ? {} : { 'Last-Event-ID': String(after) },
      signal,
    });
    // All was told before.
    if (response.status === 204) return;
    try {
      if (response.body === null) throw cut();
      for await (const { id: number, data } of eventStream(response.body)) {
        yield { number: Number(number), event: data as EditEvent };
      }
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof FaultError ? error : cut();
    }
  }

  /** @throws FaultError */
  async get(id: string): Promise<JobDto> {
    return (await this.client.getJson(`${EDITS}/${id}`)) as JobDto;
  }

  /** Cancels a job that goes on, and has the service forget one that has ended. That it can't be reached is no matter. */
  async remove(id: string): Promise<void> {
    try {
      await this.client.send(`${EDITS}/${id}`, { method: 'DELETE', keepalive: true });
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
    }
  }
}

/** The answer broke off: the service has ended, or the network has failed. */
export function cut(): FaultError {
  return new FaultError({ code: 'CUT', message: '', param: null });
}
