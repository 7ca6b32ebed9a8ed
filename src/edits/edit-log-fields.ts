import { type LogFields, logMilliseconds } from '../program/log-fields.js';
import type { JobSnapshot } from '../jobs/job-snapshot.js';
import { sizeText } from '../protocol/edit-settings.js';
import { lorasText } from '../protocol/lora.js';
import { totalSeconds } from '../protocol/picture.js';

/** What the log says of an edit; model and waiting time are what it took until now. */
export function editLogFields(id: string, job: JobSnapshot | null): LogFields {
  if (job === null) return { job: id };
  const { edit, status, waitedSeconds, stageSeconds } = job;
  const { size, numInferenceSteps, loras } = edit.settings;
  return {
    job: id,
    job_status: status,
    inputs: edit.inputPictures,
    n: edit.n,
    steps: numInferenceSteps,
    size: sizeText(size),
    ...(loras.length > 0 ? { loras: lorasText(loras) } : {}),
    queue_ms: logMilliseconds(waitedSeconds * 1000),
    model_ms: logMilliseconds(totalSeconds(stageSeconds) * 1000),
  };
}
