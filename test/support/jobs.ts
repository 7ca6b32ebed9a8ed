import { type EditBody, type Fields, GOOD_PICTURE, goodForm, postEdit } from './edit-form.js';
import { metricReaches } from './metrics.js';

export interface JobBody {
  readonly id: string;
  readonly status: string;
  readonly position: number | null;
  readonly progress: Readonly<Record<string, number>> | null;
  readonly created_at: number;
  readonly started_at: number | null;
  readonly finished_at: number | null;
  readonly error: Readonly<Record<string, unknown>> | null;
  readonly result: EditBody | null;
}

/** A single picture that takes its time. How much, nobody knows: a test that needs it running holds the engine (`holdEngine`). */
export const LONG: Fields = { num_inference_steps: '150', size: '384x384' };

/** Forty larger ones, a minute's work at least: nobody waits for their end. */
export const ENDLESS: Fields = {
  ...LONG,
  size: '512x512',
  images: Array.from({ length: 4 }, () => GOOD_PICTURE),
  n: '10',
};

/** Posts a form that must become a job. */
export async function submitJob(
  url: string,
  changes: Fields = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<JobBody> {
  const response = await postEdit(url, goodForm(changes), { prefer: 'respond-async', ...headers });
  const text = await response.text();
  if (response.status !== 202) throw new Error(`${response.status}: ${text}`);
  return JSON.parse(text) as JobBody;
}

export async function getJob(url: string, id: string): Promise<JobBody> {
  const response = await fetch(`${url}/v1/images/edits/${id}`);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status}: ${text}`);
  return JSON.parse(text) as JobBody;
}

export function deleteJob(url: string, id: string): Promise<Response> {
  return fetch(`${url}/v1/images/edits/${id}`, { method: 'DELETE' });
}

/** Asks for the job until the condition holds. */
export async function jobUntil(url: string, id: string, condition: (job: JobBody) => boolean): Promise<JobBody> {
  for (;;) {
    const job = await getJob(url, id);
    if (condition(job)) return job;
    if (job.finished_at !== null) throw new Error(`The job has ended: ${JSON.stringify({ ...job, result: null })}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Waits until the job makes steps. */
export const jobRuns = (url: string, id: string): Promise<JobBody> =>
  jobUntil(url, id, ({ progress }) => progress !== null);

/** Waits for the job's end. */
export const jobEnds = (url: string, id: string): Promise<JobBody> =>
  jobUntil(url, id, ({ finished_at: finishedAt }) => finishedAt !== null);

/** Waits until so many jobs wait for their turn. */
export const jobsWait = (url: string, jobs: number): Promise<void> =>
  metricReaches(url, 'qwen_edit_queue_depth_jobs', jobs);

/** Jobs whose turn has come since the service's start. */
export const BEGUN = 'qwen_edit_queue_wait_seconds_count';

/** Waits until the turn of so many jobs has come since the service's start. */
export const jobsBegin = (url: string, jobs: number): Promise<void> => metricReaches(url, BEGUN, jobs);
