import { byId } from './dom.js';

const STEP = 1.4;
const MOST = 32;
const PAN_PIXELS = 48;
const MIDDLE_BUTTON = 4;
/** Pixels of the screen for one of the picture. */
const SQUARE_PIXELS = 3;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Zooms and moves the pictures in the frame: buttons, keys, wheel with Ctrl, two fingers, drag, double click. */
export class Zoom {
  /** Against the whole picture fitting the frame. */
  private factor = 1;
  /** Offset from the frame's middle, in pixels of the page. */
  private offset: Point = { x: 0, y: 0 };
  private natural = { width: 0, height: 0 };
  private readonly pointers = new Map<number, Point>();

  /** @param moved called when the pictures lie elsewhere in the frame */
  constructor(
    private readonly frame: HTMLElement,
    private readonly moved: () => void,
  ) {
    byId('zoom-in', HTMLButtonElement).addEventListener('click', () => this.zoomBy(STEP));
    byId('zoom-out', HTMLButtonElement).addEventListener('click', () => this.zoomBy(1 / STEP));
    byId('zoom-fit', HTMLButtonElement).addEventListener('click', () => this.reset());
    byId('zoom-pixels', HTMLButtonElement).addEventListener('click', () => this.showPixels());
    frame.addEventListener('keydown', (event) => this.key(event));
    frame.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    frame.addEventListener('dblclick', (event) => {
      if (this.paints(event)) return;
      if (this.factor > 1) this.reset();
      else this.zoomBy(2 * STEP, event);
    });
    frame.addEventListener('pointerdown', (event) => this.down(event));
    frame.addEventListener('pointermove', (event) => this.move(event));
    for (const end of ['pointerup', 'pointercancel'] as const) {
      frame.addEventListener(end, ({ pointerId }) => this.pointers.delete(pointerId));
    }
    new ResizeObserver(() => this.apply()).observe(frame);
  }

  /** Takes note of the picture's size; another size starts from the whole picture again. */
  show(width: number, height: number): void {
    const isOther = width * this.natural.height !== height * this.natural.width;
    this.natural = { width, height };
    if (isOther) this.reset();
    else this.apply();
  }

  private reset(): void {
    this.factor = 1;
    this.offset = { x: 0, y: 0 };
    this.apply();
  }

  /** What lies under the point stays under it; without one, what lies in the middle. */
  private zoomBy(ratio: number, point?: { readonly clientX: number; readonly clientY: number }): void {
    const before = this.factor;
    this.factor = Math.min(MOST, Math.max(1, before * ratio));
    const { left, top, width, height } = this.frame.getBoundingClientRect();
    const from =
      point === undefined
        ? { x: 0, y: 0 }
        : { x: point.clientX - left - width / 2, y: point.clientY - top - height / 2 };
    const grown = this.factor / before;
    this.offset = { x: from.x + (this.offset.x - from.x) * grown, y: from.y + (this.offset.y - from.y) * grown };
    this.apply();
  }

  /** A pixel of the picture for each of the page; with one that is smaller than the frame, all of it in whole multiples. */
  private showPixels(): void {
    const exact = 1 / this.fitted();
    this.zoomBy((exact >= 1 ? exact : exact * Math.ceil(1 / exact)) / this.factor);
  }

  /** Pixels of the page for one of the picture where the whole of it fits the frame. */
  private fitted(): number {
    const { width, height } = this.natural;
    return Math.min(this.frame.clientWidth / (width || 1), this.frame.clientHeight / (height || 1));
  }

  private panBy(x: number, y: number): void {
    this.offset = { x: this.offset.x + x, y: this.offset.y + y };
    this.apply();
  }

  private apply(): void {
    const { clientWidth, clientHeight, style } = this.frame;
    const limit = (value: number, side: number): number => {
      const most = ((this.factor - 1) * side) / 2;
      return Math.min(most, Math.max(-most, value));
    };
    this.offset = { x: limit(this.offset.x, clientWidth), y: limit(this.offset.y, clientHeight) };
    style.setProperty('--zoom', String(this.factor));
    style.setProperty('--x', `${this.offset.x}px`);
    style.setProperty('--y', `${this.offset.y}px`);
    this.frame.classList.toggle('zoomed', this.factor > 1);
    const scale = this.fitted() * this.factor;
    // Pixels that are this large are to be seen as what they are.
    this.frame.classList.toggle('pixels', scale * devicePixelRatio >= SQUARE_PIXELS && this.factor > 1);
    byId('zoom-fit', HTMLButtonElement).textContent = `${Math.round(scale * 100)}%`;
    this.moved();
  }

  private key(event: KeyboardEvent): void {
    if (event.target !== this.frame || event.ctrlKey || event.metaKey || event.altKey) return;
    const actions: Readonly<Record<string, () => void>> = {
      '+': () => this.zoomBy(STEP),
      '=': () => this.zoomBy(STEP),
      '-': () => this.zoomBy(1 / STEP),
      '0': () => this.reset(),
      '1': () => this.showPixels(),
      ArrowLeft: () => this.panBy(PAN_PIXELS, 0),
      ArrowRight: () => this.panBy(-PAN_PIXELS, 0),
      ArrowUp: () => this.panBy(0, PAN_PIXELS),
      ArrowDown: () => this.panBy(0, -PAN_PIXELS),
    };
    const action = actions[event.key];
    // Arrows scroll the page as long as there is nothing to move here.
    if (action === undefined || (event.key.startsWith('Arrow') && this.factor === 1)) return;
    event.preventDefault();
    action();
  }

  private wheel(event: WheelEvent): void {
    // Browsers report two fingers on a touchpad as a wheel with Ctrl. Without it a page that is longer than its window scrolls.
    const { scrollHeight, clientHeight } = document.documentElement;
    if (!event.ctrlKey && scrollHeight > clientHeight) return;
    event.preventDefault();
    this.zoomBy(Math.exp(-event.deltaY / 200), event);
  }

  /** Whether the pointer is the brush's; the mouse's middle button moves the picture all the same. */
  private paints({ buttons }: MouseEvent): boolean {
    return this.frame.classList.contains('painting') && (buttons & MIDDLE_BUTTON) === 0;
  }

  private down(event: PointerEvent): void {
    if (event.target instanceof HTMLInputElement) return;
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (this.factor > 1 && !this.paints(event)) this.frame.setPointerCapture(event.pointerId);
  }

  private move(event: PointerEvent): void {
    const before = this.pointers.get(event.pointerId);
    if (before === undefined) return;
    const now = { x: event.clientX, y: event.clientY };
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.pointers.set(event.pointerId, now);
    if (other !== undefined) {
      const middle = { clientX: (now.x + other.x) / 2, clientY: (now.y + other.y) / 2 };
      this.zoomBy(distance(now, other) / Math.max(1, distance(before, other)), middle);
      // Two fingers that go the same way take the picture along: each of them brings half of it.
      this.panBy((now.x - before.x) / 2, (now.y - before.y) / 2);
    } else if (this.factor > 1 && !this.paints(event)) {
      this.panBy(now.x - before.x, now.y - before.y);
    }
  }
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
