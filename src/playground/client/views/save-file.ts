import type { AppStore } from '../state/app-state.js';
import { stringsOf } from '../text/language.js';
import { byId, element } from './dom.js';

/** Downloads a file. */
export function saveFile(store: AppStore, file: File): void {
  const href = URL.createObjectURL(file);
  element('a', { href, download: file.name }).click();
  URL.revokeObjectURL(href);
  byId('announcer', HTMLElement).textContent = stringsOf(store.state).saved(file.name);
}
