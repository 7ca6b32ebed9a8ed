import type { AppState, AppStore, EditResult } from './app-state.js';
import { freeUnused } from './pictures.js';

/** The result that is shown, if one is. */
export function shownResult({ results, shown }: AppState): EditResult | null {
  return results.find(({ id }) => id === shown) ?? null;
}

export function addResult(store: AppStore, result: EditResult): void {
  store.update({ results: [...store.state.results, result] });
}

/** Forgets all results. */
export function clearResults(store: AppStore): void {
  const { results } = store.state;
  store.update({ results: [], shown: null });
  for (const { url, request } of results) {
    URL.revokeObjectURL(url);
    for (const picture of request.pictures) freeUnused(store, picture);
  }
}

/** A name for the result's file, from its input's. */
export function fileName({ input, seed, format }: EditResult): string {
  const stem = input.file.name.replace(/\.[^.]*$/, '').replace(/(-edited-\d+)+$/, '');
  const extension = format === 'jpeg' ? 'jpg' : format;
  return `${stem === '' ? 'picture' : stem}-edited-${seed}.${extension}`;
}
