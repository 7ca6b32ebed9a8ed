import type { AppState, AppStore, EditResult, PastRun } from './app-state.js';

/** The result that is shown, if one is. */
export function shownResult({ results, shown }: AppState): EditResult | null {
  return results.find(({ id }) => id === shown) ?? null;
}

/** The results that are shown beside each other; none where there is no grid. */
export function gridResults(state: AppState): readonly EditResult[] {
  return state.grid === null ? [] : resultsOf(state, state.grid);
}

export function resultsOf({ results }: Pick<AppState, 'results'>, run: string): readonly EditResult[] {
  return results.filter((result) => result.run === run);
}

/** The one whose picture is compared with the shown result's; null: it is the shown one's own input. */
export function comparedResult({ results, compared }: AppState): EditResult | null {
  return results.find(({ id }) => id === compared) ?? null;
}

/** A result's number, from 1 for the first that was made. */
export function numberOf({ results }: Pick<AppState, 'results'>, id: string): number {
  return results.findIndex((result) => result.id === id) + 1;
}

/** Numbers of the results that an edit went on from. */
export function parentNumbers(state: Pick<AppState, 'results'>, { request }: Pick<PastRun, 'request'>): number[] {
  const parents = request.pictures.flatMap(({ origin }) => (origin.kind === 'result' ? [origin.result] : []));
  return parents.map((id) => numberOf(state, id)).filter((number) => number > 0);
}

/** Shows a result, compared with its own input. */
export function showResult(store: AppStore, id: string): void {
  store.update({ shown: id, grid: null, compared: null, isMasking: false });
}

/** Shows an edit's results: one alone, several beside each other. */
export function showResultsOf(store: AppStore, run: string): void {
  const [first, second] = resultsOf(store.state, run);
  if (second === undefined && first !== undefined) showResult(store, first.id);
  else store.update({ shown: null, grid: run, compared: null, isMasking: false });
}

/** A name for the result's file, from its input's. */
export function fileName({ input, seed, format }: EditResult): string {
  const stem = input.file.name.replace(/\.[^.]*$/, '').replace(/(-edited-\d+)+$/, '');
  const extension = format === 'jpeg' ? 'jpg' : format;
  return `${stem === '' ? 'picture' : stem}-edited-${seed}.${extension}`;
}
