import type { AppStore } from '../state/app-state.js';
import { paintByKeys } from './mask-keys.js';
import { MaskPainter } from './mask-painter.js';
import { paintByPointer } from './mask-pointers.js';
import { showMaskRow } from './mask-row.js';
import { showMaskTools } from './mask-tools.js';

/** The mask: painted over the first picture, it is what an edit may change. */
export function showMaskBrush(store: AppStore): void {
  showMaskRow(store);
  showMaskTools(store);
  const painter = new MaskPainter(store);
  paintByPointer(painter);
  paintByKeys(store, painter);
}
