import { PICTURE_STAGES, type StageSeconds } from '../../protocol/picture.js';
import { EditError } from '../../protocol/edit-error.js';
import { JOB_STATUSES, type JobSnapshot } from '../job-snapshot.js';
import { readEditMessage } from './messages/edit-message.js';
import { readFailure } from './messages/failure-message.js';
import { MessageError } from '../../redis/message-reader.js';
import { readProgress } from './messages/progress-message.js';
import { MESSAGE_VERSION } from '../../redis/key-prefix.js';
import { RETRY_AFTER_SECONDS } from '../../redis/unavailable.js';

/**
 * A job's record as Redis holds it, a hash.
 * @param position in line; null for none
 * @throws MessageError when it is none, EditError when a newer version of the service wrote it
 */
export function readJobRecord(id: string, position: number | null, fields: ReadonlyMap<string, string>): JobSnapshot {
  const text = (name: string): string => fields.get(name) ?? '';
  const seconds = (name: string): number => (Number(text(name)) || 0) / 1000;
  const date = (name: string): Date | null => (text(name) === '' ? null : new Date(Math.floor(Number(text(name)))));
  if (Number(text('v')) > MESSAGE_VERSION) throw newerJob();
  const status = JOB_STATUSES.find((candidate) => candidate === text('status'));
  const createdAt = date('created');
  if (status === undefined || createdAt === null) throw new MessageError('a job has neither status nor time');
  return {
    id,
    edit: readEditMessage(text('edit')),
    status,
    position,
    progress: text('progress') === '' ? null : readProgress(text('progress')),
    createdAt,
    startedAt: date('started'),
    finishedAt: date('finished'),
    failure: readEnd(text('failure')),
    waitedSeconds: seconds('waited'),
    stageSeconds: stageSeconds(text),
  };
}

function readEnd(failure: string): EditError | null {
  return failure === '' ? null : readFailure(failure);
}

function stageSeconds(text: (name: string) => string): StageSeconds {
  const entries = PICTURE_STAGES.map((stage) => [stage, Number(text(`stage:${stage}`)) || 0] as const);
  return Object.fromEntries(entries) as Record<(typeof PICTURE_STAGES)[number], number>;
}

function newerJob(): EditError {
  return new EditError(
    'unavailable',
    'The job was taken by a newer version of the service, which is to be asked for it',
    {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    },
  );
}
