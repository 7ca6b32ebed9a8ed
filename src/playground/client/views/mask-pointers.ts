import { byId } from './dom.js';
import { isPenEraser, type MaskPainter } from './mask-painter.js';

/** Lets the mask be painted with mouse, pen or one finger. A second finger gives the stroke up: two zoom and move the picture. */
export function paintByPointer(painter: MaskPainter): void {
  const box = byId('mask', HTMLElement);
  const down = new Set<number>();
  box.addEventListener('pointerdown', (event) => {
    down.add(event.pointerId);
    if (down.size > 1) {
      painter.giveUp();
      return;
    }
    const isEraser = isPenEraser(event);
    if (event.button !== 0 && !isEraser) return;
    box.setPointerCapture(event.pointerId);
    painter.moveTo(painter.placeOf(event));
    painter.begin(isEraser ? true : undefined);
  });
  box.addEventListener('pointermove', (event) => {
    if (down.size > 1) return;
    const steps = event.getCoalescedEvents();
    for (const step of steps.length === 0 ? [event] : steps) painter.moveTo(painter.placeOf(step));
  });
  const lift = ({ pointerId }: PointerEvent, end: () => void): void => {
    down.delete(pointerId);
    end();
  };
  box.addEventListener('pointerup', (event) => lift(event, () => painter.end()));
  box.addEventListener('pointercancel', (event) => lift(event, () => painter.giveUp()));
}
