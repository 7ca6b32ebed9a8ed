import { byId } from './dom.js';

/** Asks before all edits are forgotten. */
export function prepareForgetting(forget: () => void): void {
  const dialog = byId('forget-dialog', HTMLDialogElement);
  byId('forget', HTMLButtonElement).addEventListener('click', () => {
    dialog.returnValue = '';
    dialog.showModal();
  });
  dialog.addEventListener('close', () => {
    if (dialog.returnValue !== 'forget') return;
    forget();
    byId('prompt', HTMLTextAreaElement).focus();
  });
}
