import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import type { Response } from 'express';
import type { EditEvent } from '../stream/edit-events.js';
import { serverSentEvents } from '../stream/server-sent-events.js';
import type { JsonBody } from './json-body.js';

/** An answer of JSON, sent as it is made. */
export function sendJson(body: JsonBody): StreamableFile {
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
  // nginx would hold events back.
  response.setHeader('X-Accel-Buffering', 'no');
  return new StreamableFile(Readable.from(serverSentEvents(events), { highWaterMark: 1 }), {
    type: 'text/event-stream',
  });
}
