import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import type { Response } from 'express';
import type { EditEvent } from './edit-events.js';
import { serverSentEvents } from './server-sent-events.js';
import type { JsonBody } from './json-body.js';

/** Results are held until they are read: a client that takes nothing for so long, or twice that where a write was half done, is not waited for. */
const STALLED_SECONDS = 30;

/** An answer of JSON, sent as it is made. */
export function sendJson(response: Response, body: JsonBody): StreamableFile {
  cutWhenStalled(response);
  return new StreamableFile(Readable.from(body.pieces()), {
    type: 'application/json; charset=utf-8',
    length: body.length,
  });
}

/** An answer of server-sent events; nothing more than one event is made ahead of the reader. */
export function sendEvents(
  response: Response,
  events: AsyncIterable<EditEvent & { readonly number: number }>,
): StreamableFile {
  cutWhenStalled(response);
  // nginx would hold events back.
  response.setHeader('X-Accel-Buffering', 'no');
  return new StreamableFile(Readable.from(serverSentEvents(events), { highWaterMark: 1 }), {
    type: 'text/event-stream',
  });
}

/** There is always something to send, comments at least: a connection on which nothing moves has a reader that doesn't read. */
function cutWhenStalled(response: Response): void {
  const milliseconds = STALLED_SECONDS * 1000;
  const { socket } = response.req;
  response.setTimeout(milliseconds, () => response.destroy());
  response.once('finish', () => {
    // Another request that has come on the connection already may wait as long as it must.
    if (socket.timeout === milliseconds) socket.setTimeout(0);
  });
}
