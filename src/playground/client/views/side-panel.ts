import { recall, remember } from '../state/browser-storage.js';
import type { AppStore } from '../state/app-state.js';
import { stringsOf } from '../text/language.js';
import { byId } from './dom.js';

const KEY = 'panel';
/** Windows with room for it beside the picture. */
const WIDE = '(min-width: 110rem)';

/** The panel with what few edits need, beside the picture: opened by a button, on a wide window from the start. */
export function showSidePanel(store: AppStore): void {
  const opener = byId('panel-open', HTMLButtonElement);
  opener.addEventListener('click', () => {
    const isOpen = Boolean(byId('panel', HTMLElement).hidden);
    openPanel(isOpen);
    remember('session', KEY, String(isOpen));
    if (isOpen) byId('panel', HTMLElement).scrollIntoView({ block: 'nearest' });
  });
  byId('panel-close', HTMLButtonElement).addEventListener('click', () => {
    openPanel(false);
    remember('session', KEY, 'false');
    opener.focus();
  });
  const last = recall('session', KEY);
  openPanel(last === null ? matchMedia(WIDE).matches : last === 'true');
  store.watch(
    ({ language, model }) => [language, model],
    (state) => {
      const { model } = state;
      byId('model-facts', HTMLElement).textContent = model === null ? '' : stringsOf(state).modelFacts(model);
    },
  );
}

export function openPanel(isOpen: boolean): void {
  byId('panel', HTMLElement).hidden = !isOpen;
  byId('studio', HTMLElement).classList.toggle('with-panel', isOpen);
  byId('panel-open', HTMLButtonElement).setAttribute('aria-expanded', String(isOpen));
}
