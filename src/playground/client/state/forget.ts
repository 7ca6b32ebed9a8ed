import type { EditJobs } from '../service/edit-jobs.js';
import type { AppStore, PastRun } from './app-state.js';
import type { EditRunner } from './edit-runner.js';
import { removeRuns } from './history.js';
import { setPictures } from './pictures.js';

/** Forgets all edits, here and in the service: an edit that is on its way is cancelled first. */
export async function forgetAll(store: AppStore, runner: EditRunner, jobs: EditJobs): Promise<void> {
  runner.cancel();
  const { signal } = new AbortController();
  await store.until(({ run }) => run === null, signal);
  const { runs } = store.state;
  setPictures(store, []);
  store.update({ mask: null, prompt: '' });
  removeRuns(store, runs);
  await Promise.all(runs.flatMap(({ job }) => (job === null ? [] : [jobs.remove(job)])));
}

/** Forgets one edit that has ended, here and in the service. */
export async function forgetRun(store: AppStore, run: PastRun, jobs: EditJobs): Promise<void> {
  removeRuns(store, [run]);
  if (run.job !== null) await jobs.remove(run.job);
}
