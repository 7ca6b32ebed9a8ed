import type { AppStore } from '../state/app-state.js';
import { stringsOf } from '../text/language.js';
import { byId } from './dom.js';
import type { MaskPainter } from './mask-painter.js';
import { putBrushAway, setBrush, stepMask } from './mask-tools.js';

/** The brush's way of a key's press, of its diameter; with Shift, of the picture's shorter side. */
const STEP = 0.25;
const FINE_STEP = 0.005;
/** What [ and ] make of the brush's size. */
const GROWTH = 1.25;
const ARROWS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Lets the mask be painted by keyboard: arrows move the brush, Space paints while it is held, Enter puts it down until the next. */
export function paintByKeys(store: AppStore, painter: MaskPainter): void {
  const box = byId('mask', HTMLElement);
  const grow = (ratio: number): void => {
    const { min, max } = byId('mask-size', HTMLInputElement);
    const percent = Math.round(store.state.brush.percent * ratio * 10) / 10;
    setBrush(store, { percent: Math.min(Number(max), Math.max(Number(min), percent)) });
  };
  const actions: Readonly<Record<string, () => void>> = {
    ' ': () => painter.begin(),
    Enter: () => (painter.isDown ? painter.end() : painter.begin()),
    '[': () => grow(1 / GROWTH),
    ']': () => grow(GROWTH),
    e: () => setBrush(store, { kind: store.state.brush.kind === 'erase' ? 'paint' : 'erase' }),
    Escape: () => (painter.isDown ? painter.end() : putBrushAway(store)),
  };
  box.addEventListener('keydown', (event) => {
    const arrow = ARROWS[event.key];
    const action = event.ctrlKey || event.metaKey || event.altKey ? undo(store, event) : actions[event.key];
    if (arrow === undefined && action === undefined) return;
    event.preventDefault();
    if (arrow !== undefined) move(painter, arrow, event.shiftKey);
    // A key that is held comes again and again.
    else if (!event.repeat || event.key !== ' ') action?.();
  });
  box.addEventListener('keyup', ({ key }) => {
    if (key === ' ') painter.end();
    if (key in ARROWS)
      byId('announcer', HTMLElement).textContent = stringsOf(store.state).brushAt(...percents(painter));
  });
  box.addEventListener('blur', () => painter.end());
}

function undo(store: AppStore, { key, shiftKey, altKey }: KeyboardEvent): (() => void) | undefined {
  if (altKey) return undefined;
  const name = key.toLowerCase();
  if (name === 'z') return () => stepMask(store, shiftKey ? 'redo' : 'undo');
  return name === 'y' ? () => stepMask(store, 'redo') : undefined;
}

function move(painter: MaskPainter, [x, y]: readonly [number, number], isFine: boolean): void {
  const { position, size, diameter } = painter;
  const step = isFine ? FINE_STEP * Math.min(size.width, size.height) : STEP * diameter;
  painter.moveTo({ x: position.x + x * step, y: position.y + y * step });
}

function percents({ position, size }: MaskPainter): [number, number] {
  return [Math.round((100 * position.x) / size.width), Math.round((100 * position.y) / size.height)];
}
