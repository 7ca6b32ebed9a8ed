import { drawChange, drawMask, fitCanvas, paintedShare } from '../mask/draw-mask.js';
import type { Mask, Stroke } from '../mask/mask.js';
import type { AppStore } from '../state/app-state.js';
import { isBrushOut, isMaskSeen, maskedPicture } from '../state/masking.js';
import { stringsOf } from '../text/language.js';
import { byId } from './dom.js';

/** What is seen of a mask is drawn no finer. Pixels of its longer side. */
const MOST_PIXELS = 1536;
/** Seen on most pictures; how strongly, the styles say. */
const COLOUR = '#ff1f8f';

/** Shows the mask over its picture. */
export class MaskOverlay {
  private readonly canvas = byId('mask-canvas', HTMLCanvasElement);
  private readonly context = this.canvas.getContext('2d');
  /** What the canvas shows. */
  private drawn: Mask | null = null;

  constructor(store: AppStore) {
    const box = byId('mask', HTMLElement);
    store.watch(
      (state) => [isMaskSeen(state), isBrushOut(state), maskedPicture(state)?.picture, state.mask],
      (state) => {
        const masked = maskedPicture(state);
        const isOwn = masked !== null && state.mask?.picture === masked.picture.id;
        box.hidden = !isMaskSeen(state) || !(isOwn || isBrushOut(state));
        box.tabIndex = isBrushOut(state) ? 0 : -1;
        box.classList.toggle('painting', isBrushOut(state));
        byId('viewer', HTMLElement).classList.toggle('painting', isBrushOut(state));
        if (masked === null) return;
        box.style.setProperty('--aspect', String(masked.size.width / masked.size.height));
        this.draw(isOwn ? state.mask : { picture: masked.picture.id, size: masked.size, changes: [], undone: [] });
      },
    );
    store.watch(
      ({ mask }) => [mask],
      (state) => {
        if (state.mask === null || !isBrushOut(state)) return;
        byId('announcer', HTMLElement).textContent = stringsOf(state).maskShare(paintedShare(state.mask));
      },
    );
  }

  /** Draws a stroke that is on its way, or its next piece. */
  drawLive(stroke: Stroke): void {
    if (this.context !== null && this.drawn !== null) drawChange(this.context, stroke, this.drawn.size);
  }

  /** Shows the mask as it is in the state, without a stroke that was given up. */
  redraw(): void {
    if (this.context !== null && this.drawn !== null) drawMask(this.context, this.drawn);
  }

  private draw(mask: Mask | null): void {
    const { context, drawn } = this;
    this.drawn = mask;
    if (context === null || mask === null) return;
    const last = mask.changes.at(-1);
    if (drawn?.picture === mask.picture && last !== undefined && drawn.changes.length === mask.changes.length - 1) {
      if (drawn.changes.at(-1) === mask.changes.at(-2)) {
        drawChange(context, last, mask.size);
        return;
      }
    }
    fitCanvas(this.canvas, mask.size, MOST_PIXELS);
    context.fillStyle = COLOUR;
    context.strokeStyle = COLOUR;
    drawMask(context, mask);
  }
}
