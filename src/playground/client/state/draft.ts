import { recall, remember } from './browser-storage.js';
import type { Store } from './store.js';

/** What is written in the form, its pictures aside. */
export interface Draft {
  readonly prompt: string;
  /** Texts by the field's name; what is left at its default is absent. */
  readonly options: Readonly<Record<string, string>>;
  /** One edit with all pictures as its references, in order, where the model takes several; else an edit of each. */
  readonly together: boolean;
  /** LoRAs to be used: their strengths, as written, by their names; empty is a LoRA's own default. */
  readonly loras: Readonly<Record<string, string>>;
}

const KEY = 'draft';

/** What was written when the page was last open in this tab. */
export function savedDraft(): Draft {
  const {
    prompt = '',
    options = {},
    together = true,
    loras = {},
  } = JSON.parse(recall('session', KEY) ?? '{}') as Partial<Draft>;
  return { prompt, options, together, loras };
}

/** Keeps prompt and options over a reload. */
export function keepDraft<State extends Draft>(store: Store<State>): void {
  store.watch(
    ({ prompt, options, together, loras }) => [prompt, options, together, loras],
    ({ prompt, options, together, loras }) =>
      remember('session', KEY, JSON.stringify({ prompt, options, together, loras })),
  );
}
