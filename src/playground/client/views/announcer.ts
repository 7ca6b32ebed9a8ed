import type { AppStore } from '../state/app-state.js';
import { stringsOf } from '../text/language.js';
import { byId } from './dom.js';

/** Tells screen readers when an edit starts and ends; steps and previews would drown everything else. */
export function announceRuns(store: AppStore): void {
  const place = byId('announcer', HTMLElement);
  let before = 0;
  store.watch(
    ({ run }) => [run === null],
    (state) => {
      const strings = stringsOf(state);
      const made = state.results.length - before;
      before = state.results.length;
      if (state.run !== null) place.textContent = strings.started;
      // A fault is an alert of its own.
      else if (state.fault !== null) place.textContent = '';
      else if (place.textContent !== '') place.textContent = made > 0 ? strings.finished(made) : strings.cancelled;
    },
  );
}
