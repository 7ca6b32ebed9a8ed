import type { AppStore } from '../state/app-state.js';

/** Has the browser ask before the page is left while an edit is on its way. */
export function warnBeforeLeaving(store: AppStore): void {
  addEventListener('beforeunload', (event) => {
    if (store.state.run !== null) event.preventDefault();
  });
}
