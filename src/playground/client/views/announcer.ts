import type { AppStore } from '../state/app-state.js';
import { resultsOf } from '../state/results.js';
import { stringsOf } from '../text/language.js';
import { byId } from './dom.js';

/** Tells screen readers when an edit starts and ends; steps and previews would drown everything else. */
export function announceRuns(store: AppStore): void {
  const place = byId('announcer', HTMLElement);
  let running = '';
  store.watch(
    ({ run }) => [run === null],
    (state) => {
      const strings = stringsOf(state);
      if (state.run !== null) running = state.run.id;
      const made = resultsOf(state, running).length;
      if (state.run !== null) place.textContent = strings.started;
      // A fault is an alert of its own.
      else if (state.fault !== null) place.textContent = '';
      else if (place.textContent !== '') place.textContent = made > 0 ? strings.finished(made) : strings.cancelled;
    },
  );
}
