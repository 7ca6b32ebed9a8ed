import { recall, remember } from './browser-storage.js';
import type { AppState, AppStore } from './app-state.js';

type Draft = Pick<AppState, 'prompt' | 'options'>;

const KEY = 'draft';

/** What was written when the page was last open in this tab. */
export function savedDraft(): Draft {
  const { prompt = '', options = {} } = JSON.parse(recall('session', KEY) ?? '{}') as Partial<Draft>;
  return { prompt, options };
}

/** Keeps prompt and options over a reload. */
export function keepDraft(store: AppStore): void {
  store.watch(
    ({ prompt, options }) => [prompt, options],
    ({ prompt, options }) => remember('session', KEY, JSON.stringify({ prompt, options })),
  );
}
