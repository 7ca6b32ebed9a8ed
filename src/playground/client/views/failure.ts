import type { Fault } from '../service/fault.js';
import type { AppState, AppStore, ServedModel } from '../state/app-state.js';
import type { Strings } from '../text/english.js';
import { stringsOf } from '../text/language.js';
import { button, byId } from './dom.js';

/** What helps with a fault that no field is at fault of. */
interface Helpers {
  readonly retry: () => void;
  readonly enterKey: () => void;
}

/** Codes of faults that a smaller picture may not have. */
const TOO_MUCH = ['TIMEOUT', 'GENERATION_ERROR', 'QUEUE_FULL'];

/** In the run bar beside what went wrong: what to do about it. */
export function showFailure(store: AppStore, helpers: Helpers): void {
  const place = byId('failure-actions', HTMLElement);
  store.watch(
    ({ language, fault, model, options }) => [language, fault, model, options],
    (state) => {
      const fault = state.fault?.param === null ? state.fault : null;
      byId('failure', HTMLElement).hidden = fault === null;
      place.replaceChildren(...(fault === null ? [] : remedies(store, state, fault, helpers)));
    },
  );
}

function remedies(store: AppStore, state: AppState, { code }: Fault, helpers: Helpers): HTMLButtonElement[] {
  const strings: Strings = stringsOf(state);
  if (code === 'UNAUTHORIZED') return [button({ id: 'remedy-key' }, strings.enterKey, helpers.enterKey)];
  const smaller = TOO_MUCH.includes(code) ? smallerSize(state) : null;
  return [
    button({ id: 'remedy-retry', class: 'accent' }, strings.retry, helpers.retry),
    ...(smaller === null
      ? []
      : [
          button({ id: 'remedy-size' }, strings.trySize(smaller), () => {
            store.update({ options: { ...store.state.options, size: smaller } });
            helpers.retry();
          }),
        ]),
  ];
}

/** Three quarters of the sides that the edit had, in steps that all models can make; null where that is too small. */
function smallerSize({ options, model }: AppState): string | null {
  const [width, height] = sidesOf(options['size'] ?? '', model).map((side) => Math.floor((side * 0.75) / 16) * 16);
  return width === undefined || height === undefined || Math.min(width, height) < 64 ? null : `${width}x${height}`;
}

function sidesOf(size: string, model: ServedModel | null): number[] {
  const fallback = model?.fields.find(({ name }) => name === 'size')?.fallback ?? '';
  const found = [size, fallback, model?.sizes[0] ?? ''].map((text) => /^(\d+)x(\d+)$/.exec(text));
  const [, width, height] = found.find((match) => match !== null) ?? [];
  return width === undefined || height === undefined ? [] : [Number(width), Number(height)];
}
