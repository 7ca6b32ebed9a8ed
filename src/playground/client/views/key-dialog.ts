import type { AppStore } from '../state/app-state.js';
import { stringsOf } from '../text/language.js';
import { byId } from './dom.js';

/** Asks the user for the service's key; null when the dialog is closed without one. */
export function askForKey(store: AppStore, wasWrong: boolean): Promise<string | null> {
  const dialog = byId('key-dialog', HTMLDialogElement);
  const input = byId('key', HTMLInputElement);
  byId('key-fault', HTMLElement).textContent = wasWrong ? stringsOf(store.state).keyWrong : '';
  input.toggleAttribute('aria-invalid', wasWrong);
  input.value = '';
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'enter' ? input.value : null), {
      once: true,
    });
  });
}

/** Lets the dialog be left without a key. */
export function prepareKeyDialog(): void {
  byId('key-later', HTMLButtonElement).addEventListener('click', () => byId('key-dialog', HTMLDialogElement).close());
}
