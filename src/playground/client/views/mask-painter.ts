import type { Point, Stroke } from '../mask/mask.js';
import type { AppStore } from '../state/app-state.js';
import { brushDiameter, changeMask, isBrushOut, maskedPicture } from '../state/masking.js';
import { byId } from './dom.js';
import { MaskOverlay } from './mask-overlay.js';

/** PointerEvent.buttons of a pen whose other end is on the surface. */
const PEN_ERASER = 32;

/** Paints the mask over its picture: strokes of mouse, pen, finger or keys become changes of the mask. */
export class MaskPainter {
  private readonly box = byId('mask', HTMLElement);
  private readonly ring = byId('brush', HTMLElement);
  private readonly overlay: MaskOverlay;
  private stroke: { readonly kind: Stroke['kind']; readonly diameter: number; readonly path: Point[] } | null = null;
  /** Where the brush is, in pixels of the picture; null: in its middle. */
  private place: Point | null = null;

  constructor(private readonly store: AppStore) {
    this.overlay = new MaskOverlay(store);
    store.watch(
      (state) => [isBrushOut(state), state.brush, maskedPicture(state)?.picture],
      (state) => {
        if (!isBrushOut(state)) this.end();
        this.showRing();
      },
    );
  }

  /** Where the brush is. */
  get position(): Point {
    const { width, height } = this.size;
    return this.place ?? { x: width / 2, y: height / 2 };
  }

  get size(): { readonly width: number; readonly height: number } {
    return maskedPicture(this.store.state)?.size ?? { width: 1, height: 1 };
  }

  get diameter(): number {
    return brushDiameter(this.store.state, this.size);
  }

  get isDown(): boolean {
    return this.stroke !== null;
  }

  /** Puts the brush down where it is. */
  begin(isErasing = this.store.state.brush.kind === 'erase'): void {
    this.end();
    this.stroke = { kind: isErasing ? 'erase' : 'paint', diameter: this.diameter, path: [this.position] };
    this.overlay.drawLive(this.stroke);
  }

  /** Moves the brush to a place, which it paints on the way when it is down; not further than the picture's edge. */
  moveTo({ x, y }: Point): void {
    const { width, height } = this.size;
    const place = { x: Math.min(width, Math.max(0, x)), y: Math.min(height, Math.max(0, y)) };
    const before = this.position;
    this.place = place;
    this.showRing();
    if (this.stroke === null) return;
    this.stroke.path.push(place);
    this.overlay.drawLive({ ...this.stroke, path: [before, place] });
  }

  /** Lifts the brush. What it painted counts from now on. */
  end(): void {
    const { stroke } = this;
    this.stroke = null;
    if (stroke !== null) changeMask(this.store, stroke);
  }

  /** Lifts the brush as if it had not been put down. */
  giveUp(): void {
    if (this.stroke === null) return;
    this.stroke = null;
    this.overlay.redraw();
  }

  /** A pointer's place in the picture, wherever the frame shows it. */
  placeOf({ clientX, clientY }: MouseEvent): Point {
    const { left, top, width, height } = this.box.getBoundingClientRect();
    return {
      x: ((clientX - left) / width) * this.size.width,
      y: ((clientY - top) / height) * this.size.height,
    };
  }

  private showRing(): void {
    const { width, height } = this.size;
    const { x, y } = this.position;
    this.ring.style.setProperty('left', `${(x / width) * 100}%`);
    this.ring.style.setProperty('top', `${(y / height) * 100}%`);
    this.ring.style.setProperty('width', `${(this.diameter / width) * 100}%`);
  }
}

/** Whether a pen is turned to its eraser. */
export function isPenEraser({ pointerType, buttons }: PointerEvent): boolean {
  return pointerType === 'pen' && (buttons & PEN_ERASER) !== 0;
}
