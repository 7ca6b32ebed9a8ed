import type { Fault } from '../service/fault.js';
import type { AppStore } from '../state/app-state.js';
import type { Strings } from '../text/english.js';
import { stringsOf } from '../text/language.js';
import { byId, element } from './dom.js';
import { openPanel } from './side-panel.js';

/** Where a fault is told: beside the control it concerns. */
interface Place {
  readonly control: HTMLElement | null;
  readonly text: HTMLElement;
}

/** Tells what went wrong beside the field it concerns, and takes the user there. */
export function showFaults(store: AppStore): void {
  let last: Place | null = null;
  store.watch(
    ({ language, fault }) => [language, fault],
    (state) => {
      last?.control?.removeAttribute('aria-invalid');
      last?.text.replaceChildren();
      last = state.fault === null ? null : placeOf(state.fault.param);
      if (last === null || state.fault === null) return;
      last.text.replaceChildren(...faultText(state.fault, stringsOf(state)));
      last.control?.setAttribute('aria-invalid', 'true');
    },
  );
  store.watch(
    ({ fault }) => [fault],
    ({ fault }) => {
      if (last === null || fault?.isQuiet === true) return;
      const { control, text } = last;
      unfold(control ?? text);
      control?.focus();
      (control ?? text).scrollIntoView({ block: 'nearest' });
    },
  );
}

/** Controls and places of faults, by their ids, of fields that are no options. */
const PLACES: Readonly<Record<string, readonly [control: string | null, text: string]>> = {
  images: ['choose', 'images-fault'],
  image: ['choose', 'images-fault'],
  prompt: ['prompt', 'prompt-fault'],
  mask: ['mask-open', 'mask-fault'],
  // The words name the LoRA, of which there may be many.
  lora: [null, 'lora-fault'],
};

/** A file is told by the name that it was sent under: `image[]` is `image`. */
const fieldOf = (param: string): string => param.replace(/\[.*$/, '');

function placeOf(param: string | null): Place {
  const field = fieldOf(param ?? '');
  const [id, ownText] = PLACES[field] ?? [`option-${field}`, `option-${field}-fault`];
  const control = id === null ? null : find(id);
  return { control, text: find(ownText) ?? byId('general-fault', HTMLElement) };
}

/** Opens whatever the control is folded away in. */
function unfold(control: HTMLElement): void {
  if (byId('panel', HTMLElement).contains(control)) openPanel(true);
  let fold = control.closest('details');
  while (fold !== null) {
    fold.open = true;
    fold = fold.parentElement?.closest('details') ?? null;
  }
}

const find = (id: string): HTMLElement | null => document.getElementById(id);

/** Codes that say it all: what the service adds to them is no help. */
const TOLD_BY_HEADING = ['UNREACHABLE', 'UNAUTHORIZED', 'MODEL_NOT_READY', 'LOST', 'CUT'];

/** A heading in the page's language, and the service's own words, which are English. English needs no heading beside a field. */
export function faultText({ code, message, param, words: own }: Fault, strings: Strings): (string | Node)[] {
  if (own !== undefined) return [own(strings)];
  const told = strings.told[message];
  if (told !== undefined) return [told];
  const words = element('span', { lang: 'en' }, message);
  const field = param === null ? null : fieldOf(param);
  const heading =
    field === null
      ? (strings.faults[code] ?? strings.otherFault)
      : strings.fieldFault?.(strings.labels[field] ?? field);
  if (heading === undefined) return [words];
  return TOLD_BY_HEADING.includes(code) || message === '' ? [heading] : [heading, ' ', words];
}
