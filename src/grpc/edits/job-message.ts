import type { JobSnapshot, PictureFile } from '../../jobs/job-snapshot.js';
import type { JobMessage, StatusMessage } from '../proto/messages.js';
import { progressMessage } from './edit-event.js';
import { completedMessage, resultMessage } from './result-message.js';
import { timestamp } from './timestamp.js';

/**
 * A job as it is.
 * @param files its results, once it has succeeded
 * @param withData with the results' files
 */
export function jobMessage(
  job: JobSnapshot,
  files: readonly PictureFile[],
  error: StatusMessage | null,
  withData: boolean,
): JobMessage {
  const { id, status, position, progress, createdAt, startedAt, finishedAt, edit } = job;
  return {
    id,
    status: `JOB_STATUS_${status.toUpperCase()}`,
    ...(position === null ? {} : { position }),
    ...(progress === null ? {} : { progress: progressMessage(progress) }),
    created_at: timestamp(createdAt),
    ...(startedAt === null ? {} : { started_at: timestamp(startedAt) }),
    ...(finishedAt === null ? {} : { finished_at: timestamp(finishedAt) }),
    ...(error === null ? {} : { error }),
    results: files.map((file, index) => resultMessage(index, file, edit, withData)),
    ...(files.length === 0 ? {} : { completed: completedMessage(job, files) }),
  };
}

/** A job whose record was damaged, and is removed: nothing is known of it. */
export function removedJobMessage(id: string): JobMessage {
  return { id, status: 'JOB_STATUS_UNSPECIFIED', results: [] };
}
