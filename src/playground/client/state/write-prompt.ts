import type { AppStore } from './app-state.js';

/** Writes the instruction. What is wrong with a picture stays wrong meanwhile. */
export function writePrompt(store: AppStore, prompt: string): void {
  const { fault } = store.state;
  store.update({ prompt, fault: fault?.picture === undefined ? null : fault });
}
