import { editApiError } from '../../../http/errors/edit-api-error.js';
import type { OpenAiErrorDto } from '../../../http/errors/error.dto.js';
import { errorEnvelope } from '../../../http/errors/error-envelope.js';
import type { JobProgress } from '../../../jobs/job-event.js';
import type { JobSnapshot, PictureFile } from '../../../jobs/job-snapshot.js';
import { editAnswer } from './edit-answer.js';
import type { JobDto, JobProgressDto } from './job-answer.dto.js';
import type { WithFiles } from './json-body.js';

/** A job as its caller sees it; `files` are its results once it has succeeded. */
export function jobAnswer(job: JobSnapshot, files: readonly PictureFile[]): WithFiles<JobDto> {
  const { id, status, position, progress, createdAt, startedAt, finishedAt } = job;
  return {
    id,
    status,
    position,
    progress: progress === null ? null : progressJson(progress),
    created_at: seconds(createdAt),
    started_at: startedAt === null ? null : seconds(startedAt),
    finished_at: finishedAt === null ? null : seconds(finishedAt),
    error: errorOf(job),
    result: status === 'succeeded' ? editAnswer(job, files) : null,
  };
}

/** The form that a job's steps have in its JSON and in events. */
export function progressJson({ step, steps, image, images, etaSeconds }: JobProgress): Readonly<JobProgressDto> {
  return { step, steps, image, images, eta_seconds: etaSeconds === null ? null : Math.round(etaSeconds * 100) / 100 };
}

function errorOf({ failure, status }: JobSnapshot): OpenAiErrorDto | null {
  if (failure === null || status === 'cancelled') return null;
  const { code, message, param } = editApiError(failure);
  return errorEnvelope(code, message, param).error;
}

/** Since 1970, to the millisecond. */
function seconds(date: Date): number {
  return date.getTime() / 1000;
}
