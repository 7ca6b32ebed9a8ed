import { recall, remember } from './browser-storage.js';
import type { Store } from './store.js';

/** What is written in the form, its pictures aside. */
export interface Draft {
  readonly prompt: string;
  /** Texts by the field's name; what is left at its default is absent. */
  readonly options: Readonly<Record<string, string>>;
}

const KEY = 'draft';

/** What was written when the page was last open in this tab. */
export function savedDraft(): Draft {
  const { prompt = '', options = {} } = JSON.parse(recall('session', KEY) ?? '{}') as Partial<Draft>;
  return { prompt, options };
}

/** Keeps prompt and options over a reload. */
export function keepDraft<State extends Draft>(store: Store<State>): void {
  store.watch(
    ({ prompt, options }) => [prompt, options],
    ({ prompt, options }) => remember('session', KEY, JSON.stringify({ prompt, options })),
  );
}
