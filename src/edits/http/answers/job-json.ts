import { errorEnvelope } from '../../../http/errors/error-envelope.js';
import type { JobProgress } from '../../../jobs/job-event.js';
import type { JobSnapshot, PictureFile } from '../../../jobs/job-snapshot.js';
import { editApiError } from '../../../http/errors/edit-api-error.js';
import { answerJson } from './answer-json.js';
import { JsonBody } from './json-body.js';

/** A job as its caller sees it; `files` are its results once it has succeeded. */
export function jobJson(job: JobSnapshot, files: readonly PictureFile[]): JsonBody {
  const { id, status, position, progress, createdAt, startedAt, finishedAt, failure } = job;
  const head = JSON.stringify({
    id,
    status,
    position,
    progress: progress === null ? null : progressJson(progress),
    created_at: seconds(createdAt),
    started_at: seconds(startedAt),
    finished_at: seconds(finishedAt),
    error: failure === null || status === 'cancelled' ? null : errorOf(job),
  });
  const before = `${head.slice(0, -1)},"result":`;
  return status === 'succeeded' ? answerJson(job, files).inside(before, '}') : new JsonBody([before, 'null}']);
}

/** The form that a job's steps have in its JSON and in events. */
export function progressJson({ step, steps, image, images, etaSeconds }: JobProgress): Record<string, number | null> {
  return { step, steps, image, images, eta_seconds: etaSeconds === null ? null : Math.round(etaSeconds * 100) / 100 };
}

function errorOf({ failure }: JobSnapshot): unknown {
  if (failure === null) return null;
  const { code, message, param } = editApiError(failure);
  return errorEnvelope(code, message, param).error;
}

/** Since 1970, to the millisecond. */
function seconds(date: Date | null): number | null {
  return date === null ? null : date.getTime() / 1000;
}
