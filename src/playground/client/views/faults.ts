import type { Fault } from '../service/fault.js';
import type { AppStore } from '../state/app-state.js';
import type { Strings } from '../text/english.js';
import { stringsOf } from '../text/language.js';
import { byId, element } from './dom.js';

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
    () => {
      if (last === null) return;
      const { control, text } = last;
      unfold(control);
      control?.focus();
      (control ?? text).scrollIntoView({ block: 'nearest' });
    },
  );
}

function placeOf(param: string | null): Place {
  if (param === 'images' || param === 'image')
    return { control: find('choose'), text: byId('images-fault', HTMLElement) };
  if (param === 'prompt') return { control: find('prompt'), text: byId('prompt-fault', HTMLElement) };
  const control = param === null ? null : find(`option-${param}`);
  const text = control === null ? 'general-fault' : `${control.id}-fault`;
  return { control, text: byId(text, HTMLElement) };
}

/** Opens whatever the control is folded away in. */
function unfold(control: HTMLElement | null): void {
  for (let fold = control?.closest('details'); fold; fold = fold.parentElement?.closest('details')) fold.open = true;
}

const find = (id: string): HTMLElement | null => document.getElementById(id);

/** Codes that say it all: what the service adds to them is no help. */
const TOLD_BY_HEADING = ['UNREACHABLE', 'UNAUTHORIZED', 'MODEL_NOT_READY'];

/** A heading in the page's language where no field is at fault, and the service's own words, which are English. */
function faultText({ code, message, param }: Fault, strings: Strings): (string | Node)[] {
  if (code === 'UNREADABLE_FILE') return [strings.unreadableFile(message)];
  const words = element('span', { lang: 'en' }, message);
  if (param !== null) return [words];
  const heading = strings.faults[code] ?? strings.otherFault;
  return TOLD_BY_HEADING.includes(code) || message === '' ? [heading] : [heading, ' ', words];
}
