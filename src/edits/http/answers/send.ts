import { Readable } from 'node:stream';
import { HttpStatus, StreamableFile } from '@nestjs/common';
import type { Response } from 'express';
import type { JobSnapshot, PictureFile } from '../../../jobs/job-snapshot.js';
import type { EditHappening } from '../../edits.service.js';
import { pictureWarnings } from '../../picture-warnings.js';
import type { EditAnswerDto } from './edit-answer.dto.js';
import { editEvent } from './edit-event.js';
import type { JobDto } from './job-answer.dto.js';
import { JsonBody, type WithFiles } from './json-body.js';
import { type NumberedEditEvent, serverSentEvents } from './server-sent-events.js';

/** Results are held until they are read: a client that takes nothing for so long, or twice that where a write was half done, is not waited for. */
const STALLED_SECONDS = 30;

/** An answer of JSON, sent as it is made. */
export function sendJson(response: Response, answer: WithFiles<EditAnswerDto | JobDto>): StreamableFile {
  cutWhenStalled(response);
  const body = new JsonBody(answer);
  return new StreamableFile(Readable.from(body.pieces()), {
    type: 'application/json; charset=utf-8',
    length: body.length,
  });
}

/** An answer that is a result's file itself; what JSON would say beside it stands in headers. */
export function sendPicture(response: Response, { edit }: JobSnapshot, file: PictureFile): StreamableFile {
  const { bytes, seed } = file;
  const warnings = [...edit.warnings, ...pictureWarnings([file])];
  cutWhenStalled(response);
  response.setHeader('X-Seed', String(seed));
  const { loras } = edit.settings;
  if (loras.length > 0) response.setHeader('X-Loras', asciiJson(loras));
  if (warnings.length > 0) response.setHeader('X-Warnings', asciiJson(warnings));
  return new StreamableFile(bytes, {
    type: `image/${edit.outputFormat}`,
    length: bytes.length,
    disposition: `inline; filename="edited.${edit.outputFormat}"`,
  });
}

/** JSON that a header can hold: what is not ASCII is escaped, as JSON allows. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** An answer of server-sent events about a job; nothing more than one event is made ahead of the reader. */
export function sendEvents(
  response: Response,
  job: JobSnapshot,
  happenings: AsyncIterable<EditHappening>,
): StreamableFile {
  return sendStream(response, seenEvents(job, happenings));
}

/**
 * The same for a reader that comes again: status 204 when the job has ended and it has seen all, by which an EventSource knows
 * that it need not come once more (HTML Standard, 9.2.1).
 */
export async function sendFurtherEvents(
  response: Response,
  job: JobSnapshot,
  happenings: AsyncIterable<EditHappening>,
): Promise<StreamableFile | undefined> {
  const events = seenEvents(job, happenings);
  if (job.finishedAt === null) return sendStream(response, events);
  const first = await events.next();
  if (first.done !== true) return sendStream(response, startingWith(first.value, events));
  response.status(HttpStatus.NO_CONTENT);
  return undefined;
}

async function* startingWith<T>(first: T, rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield first;
  yield* rest;
}

function sendStream(response: Response, events: AsyncIterable<NumberedEditEvent>): StreamableFile {
  cutWhenStalled(response);
  // nginx would hold events back.
  response.setHeader('X-Accel-Buffering', 'no');
  return new StreamableFile(Readable.from(serverSentEvents(events), { highWaterMark: 1 }), {
    type: 'text/event-stream',
  });
}

async function* seenEvents(
  { edit }: JobSnapshot,
  happenings: AsyncIterable<EditHappening>,
): AsyncGenerator<NumberedEditEvent> {
  for await (const happening of happenings) {
    const event = editEvent(happening, edit);
    if (event !== null) yield { number: happening.event.number, event };
  }
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
