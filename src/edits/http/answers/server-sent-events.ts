import { TIME_IS_UP, withinSeconds } from '../../../program/within-seconds.js';
import type { EditEventDto } from './edit-event.dto.js';
import { JsonBody, type WithFiles } from './json-body.js';

/** Proxies close connections on which nothing is said; most wait for a minute. */
const KEEP_ALIVE_SECONDS = 15;
/** A comment, which readers skip. */
const COMMENT = ':\n\n';

/** An event with its place in the job's history, which readers name in Last-Event-ID. */
export interface NumberedEditEvent {
  readonly number: number;
  readonly event: WithFiles<EditEventDto>;
}

/**
 * Writes events in the form of text/event-stream, and comments while there are none. The text is made as it is read: a
 * reader that stops reading stops this, and nothing piles up.
 */
export async function* serverSentEvents(events: AsyncIterable<NumberedEditEvent>): AsyncGenerator<string> {
  // Sends the headers.
  yield COMMENT;
  const iterator = events[Symbol.asyncIterator]();
  let next = iterator.next();
  try {
    for (;;) {
      const result = await withinSeconds(next, KEEP_ALIVE_SECONDS);
      if (result === TIME_IS_UP) {
        yield COMMENT;
      } else if (result.done === true) {
        return;
      } else {
        const { number, event } = result.value;
        yield `id: ${number}\nevent: ${event.type}\ndata: `;
        yield* new JsonBody(event).pieces();
        yield '\n\n';
        next = iterator.next();
      }
    }
  } finally {
    void iterator.return?.();
  }
}
