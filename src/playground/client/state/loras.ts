import type { EditField } from '../service/edit-fields.js';
import type { AppState, AppStore } from './app-state.js';

/** LoRAs of one edit. */
export const MOST_LORAS = 4;

/** Those that are switched on, as far as the service has them; what was kept of another model's stays out. */
export function usedLoras({ loras, model }: AppState): AppState['loras'] {
  if (model === null) return loras;
  const usable = model.loras.filter(({ refused }) => refused === null).map(({ name }) => name);
  return Object.fromEntries(Object.entries(loras).filter(([name]) => usable.includes(name)));
}

/** @param scale as written; empty: the LoRA's own default; null: it isn't used */
export function setLora(store: AppStore, name: string, scale: string | null): void {
  const { loras, fault } = store.state;
  const others = Object.entries(loras).filter(([other]) => other !== name);
  // One that is there already keeps its place: of defaults that differ the first counts.
  const changed = scale === null ? Object.fromEntries(others) : { ...loras, [name]: scale };
  store.update({ loras: changed, fault: fault?.param === 'lora' ? null : fault });
}

/** The model's fields, with the defaults of the LoRAs that are used: of several that have one, the first's. */
export function fieldsWithLoras(state: AppState): readonly EditField[] {
  const used = Object.keys(usedLoras(state));
  const served = used.flatMap((name) => state.model?.loras.filter((lora) => lora.name === name) ?? []);
  return (state.model?.fields ?? []).map((field) => {
    const own = served.map(({ defaults }) => defaults[field.name]);
    const fallback = own.find((value) => value !== undefined && value !== field.fallback) ?? field.fallback;
    return { ...field, fallback };
  });
}
