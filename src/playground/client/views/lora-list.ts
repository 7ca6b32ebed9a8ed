import type { AppState, AppStore, ServedLora } from '../state/app-state.js';
import { MOST_LORAS, setLora, usedLoras } from '../state/loras.js';
import { stringsOf } from '../text/language.js';
import { byId } from './dom.js';
import { type LoraItem, loraItem } from './lora-item.js';

/** The LoRAs that the service has, each to be switched on and made stronger or weaker; nothing where it has none. */
export function showLoraList(store: AppStore): void {
  const list = byId('lora-list', HTMLUListElement);
  const shown = new Map<string, LoraItem>();
  store.watch(
    // The same LoRAs again, of a service that was away, leave the list as it is: a user may be writing in it.
    ({ language, model }) => [language, JSON.stringify(model?.loras)],
    (state) => {
      const strings = stringsOf(state);
      const loras = state.model?.loras ?? [];
      byId('loras', HTMLElement).hidden = loras.length === 0;
      shown.clear();
      const items = loras.map((lora, index) => {
        const item = loraItem(lora, index, strings, (scale) => setLora(store, lora.name, scale));
        shown.set(lora.name, item);
        return item.row;
      });
      list.replaceChildren(...items);
    },
  );
  store.watch(
    ({ language, model, loras }) => [language, model, loras],
    (state) => {
      const used = usedLoras(state);
      const count = Object.keys(used).length;
      const strings = stringsOf(state);
      byId('loras-used', HTMLElement).textContent = count === 0 ? '' : strings.lorasUsed(count);
      byId('lora-note', HTMLElement).textContent = isFull(state) ? strings.mostLoras(MOST_LORAS) : '';
      for (const lora of state.model?.loras ?? []) {
        shown.get(lora.name)?.show(used[lora.name] ?? null, canBeUsed(lora, state));
      }
    },
  );
}

function isFull(state: AppState): boolean {
  const { length } = Object.keys(usedLoras(state));
  return length >= MOST_LORAS && length < (state.model?.loras.length ?? 0);
}

function canBeUsed({ name, refused }: ServedLora, state: AppState): boolean {
  return refused === null && (name in usedLoras(state) || !isFull(state));
}
