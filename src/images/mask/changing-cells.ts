import type { ImageSize } from '../condition-size.js';
import type { Mask } from './mask.js';

/**
 * Which cells of a picture of another size may change: those that any changing pixel of the mask reaches into, however thin.
 * @param size of the picture in pixels, multiples of `cell`
 * @param cell the side of a cell in pixels
 * @returns [size.height / cell, size.width / cell], 1 where it may change
 */
export function changingCells(mask: Mask, size: ImageSize, cell: number): Uint8Array {
  const rows = size.height / cell;
  const columns = size.width / cell;
  const cells = new Uint8Array(rows * columns);
  const reachedRows = reached(mask.height, rows);
  const reachedColumns = reached(mask.width, columns);
  mask.data.forEach((value, pixel) => {
    if (value === 0) return;
    const x = pixel % mask.width;
    const [top, bottom] = reachedRows[(pixel - x) / mask.width] ?? [0, 0];
    const [left, right] = reachedColumns[x] ?? [0, 0];
    for (let row = top; row < bottom; row += 1) cells.fill(1, row * columns + left, row * columns + right);
  });
  return cells;
}

/** The cells along one axis that each of so many pixels reaches into: the first, and the one behind the last. */
function reached(pixels: number, cells: number): readonly (readonly [number, number])[] {
  return Array.from({ length: pixels }, (_, at) => [
    Math.floor((at * cells) / pixels),
    Math.ceil(((at + 1) * cells) / pixels),
  ]);
}
