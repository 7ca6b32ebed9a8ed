import type { AppState, AppStore } from '../state/app-state.js';
import { stringsOf } from '../text/language.js';
import { byId } from './dom.js';

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
      if (last === null) return;
      last.text.textContent = faultText(state);
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

/** The service's own words; over what concerns no field, a heading in the page's language. */
function faultText(state: AppState): string {
  const { fault } = state;
  if (fault === null) return '';
  const strings = stringsOf(state);
  if (fault.param !== null) return fault.message;
  const heading = strings.faults[fault.code] ?? strings.otherFault;
  const isTold = fault.code === 'UNREACHABLE' || fault.code === 'UNAUTHORIZED' || fault.code === 'MODEL_NOT_READY';
  return isTold || fault.message === '' ? heading : `${heading} ${fault.message}`;
}
