import { paintedShare } from '../mask/draw-mask.js';
import type { AppState, AppStore } from '../state/app-state.js';
import { activeMask, changeMask, isBrushOut, isMaskSeen, maskObstacle } from '../state/masking.js';
import { stringsOf } from '../text/language.js';
import { byId } from './dom.js';

/** Takes the brush out and puts it away, takes the mask off, and says what of the picture may change. */
export function showMaskRow(store: AppStore): void {
  const open = byId('mask-open', HTMLButtonElement);
  const remove = byId('mask-remove', HTMLButtonElement);
  open.addEventListener('click', () => {
    if (store.state.run !== null) return;
    if (isBrushOut(store.state)) store.update({ isMasking: false });
    else takeBrush(store);
  });
  remove.addEventListener('click', () => {
    changeMask(store, { kind: 'clear' });
    open.focus();
  });
  store.watch(
    ({ language, pictures, sizes, mask, isMasking, run, shown, grid, together, model }) => [
      ...[language, pictures, sizes, mask, isMasking, together, model],
      ...[run === null, shown, grid],
    ],
    (state) => {
      const obstacle = maskObstacle(state);
      byId('mask-row', HTMLElement).hidden = obstacle === 'noPicture' || !isMaskSeen(state);
      open.disabled = obstacle !== null;
      // Where a fault that the run ends with takes the focus.
      open.setAttribute('aria-disabled', String(state.run !== null));
      open.setAttribute('aria-pressed', String(isBrushOut(state)));
      remove.hidden = activeMask(state) === null;
      byId('mask-note', HTMLElement).textContent = note(state);
    },
  );
}

/** Shows the picture with the brush over it, ready to be used. */
function takeBrush(store: AppStore): void {
  store.update({ isMasking: true, shown: null });
  const tools = byId('mask-tools', HTMLElement);
  byId('mask', HTMLElement).focus({ preventScroll: true });
  // On a phone the frame may be below what is seen.
  tools.scrollIntoView({ block: 'nearest' });
  byId('viewer', HTMLElement).scrollIntoView({ block: 'nearest' });
}

function note(state: AppState): string {
  const strings = stringsOf(state);
  const obstacle = maskObstacle(state);
  if (obstacle === 'unshowable') return strings.maskUnshowable;
  if (obstacle === 'sizes') return strings.maskSizes;
  const mask = activeMask(state);
  return mask === null ? strings.maskNone : strings.maskShare(paintedShare(mask));
}
