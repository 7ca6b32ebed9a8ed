import type { AppStore, PastRun } from './app-state.js';
import { freeUnused } from './pictures.js';

/** What the browser is asked to keep; the oldest edits go first. */
const MOST_RUNS = 100;
const MOST_BYTES = 256 * 1024 * 1024;

export function addRun(store: AppStore, run: PastRun): void {
  store.update({ runs: [...store.state.runs, run] });
  trimHistory(store);
}

export function changeRun(store: AppStore, id: string, change: Partial<PastRun>): void {
  store.update({ runs: store.state.runs.map((run) => (run.id === id ? { ...run, ...change } : run)) });
}

/** Takes edits and their results out of the history. */
export function removeRuns(store: AppStore, removed: readonly PastRun[]): void {
  const ids = removed.map(({ id }) => id);
  const { runs, results, shown, grid, compared } = store.state;
  const gone = results.filter((result) => ids.includes(result.run));
  const isGone = (id: string | null): boolean => gone.some((result) => result.id === id);
  store.update({
    runs: runs.filter((run) => !removed.includes(run)),
    results: results.filter((result) => !gone.includes(result)),
    shown: isGone(shown) ? null : shown,
    compared: isGone(compared) ? null : compared,
    grid: grid !== null && ids.includes(grid) ? null : grid,
  });
  for (const { url } of gone) URL.revokeObjectURL(url);
  for (const { request } of removed) for (const picture of request.pictures) freeUnused(store, picture);
}

/** Lets the oldest edits go where there are too many, or their files are too large together. */
export function trimHistory(store: AppStore): void {
  const { runs } = store.state;
  const excess = runs.slice(0, Math.max(0, runs.length - MOST_RUNS));
  let bytes = 0;
  for (const run of runs.toReversed()) {
    bytes += sizeOf(store, run);
    if (bytes > MOST_BYTES && run.outcome !== 'running' && !excess.includes(run)) excess.push(run);
  }
  if (excess.length > 0) removeRuns(store, excess);
}

/** Lets the oldest edit go. False: there is none that can. */
export function removeOldest(store: AppStore): boolean {
  const oldest = store.state.runs.find(({ outcome }) => outcome !== 'running');
  if (oldest === undefined || store.state.runs.length < 2) return false;
  removeRuns(store, [oldest]);
  return true;
}

function sizeOf({ state }: AppStore, { id, request }: PastRun): number {
  const files = [
    ...request.pictures.map(({ file }) => file),
    ...state.results.filter(({ run }) => run === id).map(({ blob }) => blob),
  ];
  return files.reduce((sum, { size }) => sum + size, 0);
}
