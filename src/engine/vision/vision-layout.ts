import type { VisionConfig } from '../../checkpoint/text-encoder-config.js';
import { WINDOW_GROUPS } from '../../graph/networks/vision-tower.js';
import { inverseFrequencies } from '../../graph/nn/rotary-frequencies.js';

/** Windows of one shape: patch numbers, [windows, patches] row by row. */
export interface WindowGroup {
  readonly windows: number;
  readonly patches: number;
  readonly indices: readonly number[];
}

/** What the vision tower needs to know of a grid of patches, which lie in merge groups. */
export interface VisionLayout {
  /** float32 [patches, headDim/2] */
  readonly cos: Float32Array;
  readonly sin: Float32Array;
  /** Always WINDOW_GROUPS entries; a shape that doesn't occur is one window of patch 0, whose result nothing reads. */
  readonly groups: readonly WindowGroup[];
  /** [patches]: for each patch its place among all groups' patches. */
  readonly restore: readonly number[];
}

/**
 * Rotary tables and attention windows of a picture.
 * Source: transformers' `get_vision_position_ids`, `get_vision_window_index` and Qwen2_5_VLVisionRotaryEmbedding. There the
 * patches are reordered window by window; here they stay in the processor's order and the windows are index lists.
 * @param gridHeight, gridWidth patches a side, multiples of the merge size
 */
export function visionLayout(gridHeight: number, gridWidth: number, config: VisionConfig): VisionLayout {
  return { ...rotaryTables(gridHeight, gridWidth, config), ...attentionWindows(gridHeight, gridWidth, config) };
}

function rotaryTables(
  gridHeight: number,
  gridWidth: number,
  config: VisionConfig,
): { cos: Float32Array; sin: Float32Array } {
  const frequencies = inverseFrequencies(config.headDim / 2, config.ropeTheta);
  const half = config.headDim / 2;
  const cos = new Float32Array(gridHeight * gridWidth * half);
  const sin = new Float32Array(cos.length);
  const merge = config.spatialMergeSize;
  let at = 0;
  const put = (position: number): void => {
    for (const frequency of frequencies) {
      const angle = Math.fround(position * frequency);
      cos[at] = Math.cos(angle);
      sin[at] = Math.sin(angle);
      at += 1;
    }
  };
  for (let blockRow = 0; blockRow < gridHeight; blockRow += merge) {
    for (let blockColumn = 0; blockColumn < gridWidth; blockColumn += merge) {
      for (let inside = 0; inside < merge * merge; inside += 1) {
        put(blockRow + Math.floor(inside / merge));
        put(blockColumn + (inside % merge));
      }
    }
  }
  return { cos, sin };
}

function attentionWindows(
  gridHeight: number,
  gridWidth: number,
  config: VisionConfig,
): { groups: WindowGroup[]; restore: number[] } {
  const merge = config.spatialMergeSize;
  const side = Math.floor(Math.floor(config.windowSize / merge) / config.patchSize);
  const [rows, columns] = [gridHeight / merge, gridWidth / merge];
  const byShape = new Map<string, { windows: number; patches: number; indices: number[] }>();
  for (let top = 0; top < rows; top += side) {
    for (let left = 0; left < columns; left += side) {
      const [height, width] = [Math.min(side, rows - top), Math.min(side, columns - left)];
      const shape = `${height}×${width}`;
      const group = byShape.get(shape) ?? { windows: 0, patches: height * width * merge * merge, indices: [] };
      byShape.set(shape, group);
      group.windows += 1;
      for (let row = top; row < top + height; row += 1) {
        for (let column = left; column < left + width; column += 1) {
          const first = (row * columns + column) * merge * merge;
          for (let inside = 0; inside < merge * merge; inside += 1) group.indices.push(first + inside);
        }
      }
    }
  }
  const groups: WindowGroup[] = [...byShape.values()];
  const restore = Array<number>(gridHeight * gridWidth).fill(0);
  groups
    .flatMap((group) => group.indices)
    .forEach((patch, place) => {
      restore[patch] = place;
    });
  while (groups.length < WINDOW_GROUPS) groups.push({ windows: 1, patches: 1, indices: [0] });
  return { groups, restore };
}
