import type { AppStore } from '../state/app-state.js';
import { writePrompt } from '../state/write-prompt.js';
import { byId } from './dom.js';

/** The instruction; its box grows with it. */
export function showPromptBox(store: AppStore, run: () => void): void {
  const box = byId('prompt', HTMLTextAreaElement);
  box.addEventListener('input', () => writePrompt(store, box.value));
  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    event.preventDefault();
    run();
  });
  store.watch(
    ({ prompt }) => [prompt],
    ({ prompt }) => {
      if (box.value !== prompt) box.value = prompt;
    },
  );
}
