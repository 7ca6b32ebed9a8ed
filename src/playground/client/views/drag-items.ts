/** Less is a click, or an unsteady hand. Pixels. */
const LEAST_WAY = 6;

/** A drag on its way. */
interface Drag {
  readonly item: HTMLElement;
  readonly pointer: number;
  readonly start: { readonly x: number; readonly y: number };
  /** Middles of the list's items, in their order, as they lay when it began. */
  readonly middles: readonly { readonly x: number; readonly y: number }[];
  isMoving: boolean;
  /** Where the item would go, from 0. */
  place: number;
}

/**
 * Lets the items of a list that has the class `ordered` be dragged to another's place, with mouse, pen or finger. Escape gives
 * it up.
 * @param moved called with the item and its new place, from 0
 */
export function dragItems(list: HTMLElement, moved: (item: HTMLElement, place: number) => void): void {
  let drag: Drag | null = null;
  const end = (): void => {
    if (drag === null) return;
    drag.item.classList.remove('dragged');
    drag.item.style.removeProperty('translate');
    mark(list, null);
    drag = null;
  };
  list.addEventListener('pointerdown', (event) => {
    const item = event.target instanceof Element ? event.target.closest('li') : null;
    const isOnButton = event.target instanceof Element && event.target.closest('button') !== null;
    if (item === null || isOnButton || event.button !== 0 || !list.classList.contains('ordered')) return;
    drag = newDrag(list, item, event);
  });
  list.addEventListener('pointermove', (event) => {
    if (event.pointerId !== drag?.pointer) return;
    const way = { x: event.clientX - drag.start.x, y: event.clientY - drag.start.y };
    if (!drag.isMoving && Math.hypot(way.x, way.y) < LEAST_WAY) return;
    if (!drag.isMoving) list.setPointerCapture(event.pointerId);
    drag.isMoving = true;
    drag.place = nearest(drag.middles, event);
    drag.item.classList.add('dragged');
    drag.item.style.setProperty('translate', `${way.x}px ${way.y}px`);
    mark(list, list.children[drag.place] ?? null);
  });
  list.addEventListener('pointerup', () => {
    const done = drag;
    end();
    if (done?.isMoving === true && list.children[done.place] !== done.item) moved(done.item, done.place);
  });
  list.addEventListener('pointercancel', end);
  document.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') end();
  });
}

function newDrag(list: HTMLElement, item: HTMLElement, { pointerId, clientX, clientY }: PointerEvent): Drag {
  const items = [...list.children];
  const middles = items.map((child) => {
    const { left, top, width, height } = child.getBoundingClientRect();
    return { x: left + width / 2, y: top + height / 2 };
  });
  const start = { x: clientX, y: clientY };
  return { item, pointer: pointerId, start, middles, isMoving: false, place: items.indexOf(item) };
}

function nearest(middles: Drag['middles'], { clientX, clientY }: PointerEvent): number {
  const ways = middles.map(({ x, y }) => Math.hypot(x - clientX, y - clientY));
  return ways.indexOf(Math.min(...ways));
}

function mark(list: HTMLElement, target: Element | null): void {
  for (const child of list.children) child.classList.toggle('target', child === target);
}
