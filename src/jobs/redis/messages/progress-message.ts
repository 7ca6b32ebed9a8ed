import type { JobProgress } from '../../job-event.js';
import { MessageReader } from '../../../redis/message-reader.js';

const MOST = 1e9;

/** How far a job is, as it lies in Redis. @throws MessageError */
export function readProgress(json: string): JobProgress {
  const message = MessageReader.of(json, 'progress');
  return {
    step: message.whole('step', 0, MOST),
    steps: message.whole('steps', 0, MOST),
    image: message.whole('image', 1, MOST),
    images: message.whole('images', 1, MOST),
    etaSeconds: message.orNull('etaSeconds', (name) => message.number(name, 0, MOST)),
  };
}
