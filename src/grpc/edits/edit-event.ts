import type { EditHappening } from '../../edits/edits.service.js';
import type { EditJob } from '../../jobs/edit-job.js';
import type { JobProgress, Preview } from '../../jobs/job-event.js';
import type { EditEvent, PreviewMessage, ProgressMessage } from '../proto/messages.js';
import { resultMessage } from './result-message.js';
import { timestamp } from './timestamp.js';

/** What happened to a job as a message; null for its end, and for a result that is there no longer. */
export function editEvent({ event, file }: EditHappening, edit: EditJob): EditEvent | null {
  const common = { number: event.number, time: timestamp(event.at) };
  switch (event.type) {
    case 'queued':
      return { ...common, queued: { position: event.position } };
    case 'started':
      return { ...common, started: {} };
    case 'progress':
      return { ...common, progress: progressMessage(event.progress) };
    case 'preview':
      return { ...common, preview: previewMessage(event.preview, edit) };
    case 'picture':
      return file === null ? null : { ...common, result: resultMessage(event.index, file, edit, true) };
    case 'succeeded':
    case 'failed':
      return null;
  }
}

/** How far a job is. */
export function progressMessage({ step, steps, image, images, etaSeconds }: JobProgress): ProgressMessage {
  return { step, steps, image, images, ...(etaSeconds === null ? {} : { eta_seconds: etaSeconds }) };
}

function previewMessage({ bytes, index, image, width, height }: Preview, edit: EditJob): PreviewMessage {
  return { data: bytes, output_format: edit.outputFormat, width, height, image, index };
}
