import { maskFile } from '../mask/mask-file.js';
import { redo, undo } from '../mask/mask.js';
import { FaultError } from '../service/fault.js';
import type { AppState, AppStore, Brush } from '../state/app-state.js';
import { activeMask, brushDiameter, changeMask, isBrushOut, maskedPicture } from '../state/masking.js';
import { byId } from './dom.js';
import { saveFile } from './save-file.js';

/** What a mask is made with: brush and eraser, their size, and what is done to all of it. */
export function showMaskTools(store: AppStore): void {
  const size = byId('mask-size', HTMLInputElement);
  const kinds = { paint: byId('mask-paint', HTMLButtonElement), erase: byId('mask-erase', HTMLButtonElement) } as const;
  const on = (id: string, act: () => void): HTMLButtonElement => {
    const found = byId(id, HTMLButtonElement);
    found.addEventListener('click', act);
    return found;
  };
  on('mask-paint', () => setBrush(store, { kind: 'paint' }));
  on('mask-erase', () => setBrush(store, { kind: 'erase' }));
  const undoing = on('mask-undo', () => stepMask(store, 'undo'));
  const redoing = on('mask-redo', () => stepMask(store, 'redo'));
  on('mask-invert', () => changeMask(store, { kind: 'invert' }));
  const clearing = on('mask-clear', () => changeMask(store, { kind: 'clear' }));
  on('mask-done', () => putBrushAway(store));
  for (const id of ['mask-save', 'save-mask']) on(id, () => void saveMask(store));
  size.addEventListener('input', () => setBrush(store, { percent: Number(size.value) }));
  store.watch(
    (state) => [isBrushOut(state), state.brush, state.mask, state.pictures, state.sizes],
    (state) => {
      byId('mask-tools', HTMLElement).hidden = !isBrushOut(state);
      for (const [kind, control] of Object.entries(kinds)) {
        control.setAttribute('aria-pressed', String(kind === state.brush.kind));
      }
      size.value = String(state.brush.percent);
      size.setAttribute('aria-valuetext', diameterText(state));
      byId('mask-diameter', HTMLElement).textContent = diameterText(state);
      const own = state.mask?.picture === state.pictures[0]?.id ? state.mask : null;
      // A disabled button would lose the focus.
      undoing.setAttribute('aria-disabled', String((own?.changes.length ?? 0) === 0));
      redoing.setAttribute('aria-disabled', String((own?.undone.length ?? 0) === 0));
      clearing.setAttribute('aria-disabled', String(activeMask(state) === null));
      byId('save-mask', HTMLElement).hidden = activeMask(state) === null;
      byId('mask-save', HTMLButtonElement).disabled = activeMask(state) === null;
    },
  );
}

export function setBrush(store: AppStore, change: Partial<Brush>): void {
  store.update({ brush: { ...store.state.brush, ...change } });
}

/** Takes the mask a change back, or forward again. */
export function stepMask(store: AppStore, way: 'undo' | 'redo'): void {
  const { mask, pictures } = store.state;
  if (mask !== null && mask.picture === pictures[0]?.id) store.update({ mask: (way === 'undo' ? undo : redo)(mask) });
}

export function putBrushAway(store: AppStore): void {
  store.update({ isMasking: false });
  byId('mask-open', HTMLButtonElement).focus();
}

function diameterText(state: AppState): string {
  const masked = maskedPicture(state);
  return masked === null ? '' : `${Math.round(brushDiameter(state, masked.size))} px`;
}

/** Downloads the mask's file. */
async function saveMask(store: AppStore): Promise<void> {
  const mask = activeMask(store.state);
  const name = store.state.pictures[0]?.file.name;
  if (mask === null || name === undefined) return;
  try {
    saveFile(store, await maskFile(mask, name));
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    store.update({ fault: error.fault });
  }
}
