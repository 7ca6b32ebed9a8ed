import type { EditRequest } from '../state/app-state.js';
import type { EditEvent } from './edit-event.js';
import { editForm } from './edit-request.js';
import { eventStream } from './event-stream.js';
import { FaultError } from './fault.js';
import type { ServiceClient } from './service-client.js';

/**
 * Sends an edit and yields its events. Aborting the signal cancels it: the service gives it up at its next step.
 * @param accepted called when the service has the whole request and found nothing wrong with it
 * @throws FaultError
 */
export async function* streamEdit(
  client: ServiceClient,
  request: EditRequest,
  signal: AbortSignal,
  accepted: () => void,
): AsyncGenerator<Exclude<EditEvent, { type: 'error' }>> {
  const { body, contentType } = await editForm(request);
  const headers = { 'Content-Type': contentType };
  const response = await client.send('v1/images/edits', { method: 'POST', headers, body, signal });
  if (response.body === null) throw cut();
  accepted();
  try {
    for await (const data of eventStream(response.body)) {
      const event = data as EditEvent;
      if (event.type === 'error') throw new FaultError(event.error);
      yield event;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof FaultError ? error : cut();
  }
}

/** The answer broke off: the service has ended, or the network has failed. */
export function cut(): FaultError {
  return new FaultError({ code: 'CUT', message: '', param: null });
}
