import { recall, remember } from './browser-storage.js';
import type { Store } from './store.js';

/** What is written in the form, its pictures aside. */
export interface Draft {
  readonly prompt: string;
  /** Texts by the field's name; what is left at its default is absent. */
  readonly options: Readonly<Record<string, string>>;
  /** One edit with all pictures as its references, in order, where the model takes several; else an edit of each. */
  readonly together: boolean;
}

const KEY = 'draft';

/** What was written when the page was last open in this tab. */
export function savedDraft(): Draft {
  const { prompt = '', options = {}, together = true } = JSON.parse(recall('session', KEY) ?? '{}') as Partial<Draft>;
  return { prompt, options, together };
}

/** Keeps prompt and options over a reload. */
export function keepDraft<State extends Draft>(store: Store<State>): void {
  store.watch(
    ({ prompt, options, together }) => [prompt, options, together],
    ({ prompt, options, together }) => remember('session', KEY, JSON.stringify({ prompt, options, together })),
  );
}
