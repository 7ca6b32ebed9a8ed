import type { LogFields } from '../../http/log-fields.js';
import type { JobSnapshot } from '../../jobs/job-snapshot.js';

/** What the log says of an edit; model and waiting time are what it took until now. */
export function editLogFields(id: string, job: JobSnapshot | null): LogFields {
  if (job === null) return { job: id };
  const { edit, status, waitedSeconds, stageSeconds } = job;
  const { size, numInferenceSteps } = edit.settings;
  const { text, encode, denoise, decode } = stageSeconds;
  return {
    job: id,
    job_status: status,
    inputs: edit.inputPictures,
    n: edit.n,
    steps: numInferenceSteps,
    size: size === 'auto' ? size : `${size.width}x${size.height}`,
    queue_ms: (waitedSeconds * 1000).toFixed(1),
    model_ms: ((text + encode + denoise + decode) * 1000).toFixed(1),
  };
}
