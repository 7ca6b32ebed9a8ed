import type { JobEvent, Preview } from '../../job-event.js';
import { readFailure } from './failure-message.js';
import { MessageError, MessageReader } from '../../../redis/message-reader.js';
import { readProgress } from './progress-message.js';

/** What of an event its entry in the stream holds: a preview's bytes lie beside it. */
export type StoredEvent =
  | Exclude<JobEvent, { readonly type: 'preview' }>
  | { readonly type: 'preview'; readonly preview: Omit<Preview, 'bytes'> };

/**
 * An event as it lies in Redis; null for one of a kind that only newer versions of the service know.
 * @throws MessageError
 */
export function readEvent(type: string, body: string): StoredEvent | null {
  switch (type) {
    case 'queued':
      return { type, position: wholeNumber(body) };
    case 'started':
    case 'succeeded':
      return { type };
    case 'progress':
      return { type, progress: readProgress(body) };
    case 'preview':
      return { type, preview: readPreview(body) };
    case 'picture':
      return { type, index: wholeNumber(body) };
    case 'failed':
      return { type, failure: readFailure(body) };
    default:
      return null;
  }
}

function readPreview(json: string): Omit<Preview, 'bytes'> {
  const message = MessageReader.of(json, 'preview');
  return {
    image: message.whole('image', 1, 1e6),
    index: message.whole('index', 0, 1e6),
    width: message.whole('width', 1, 1e6),
    height: message.whole('height', 1, 1e6),
  };
}

function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new MessageError('an event has no number');
}
