import type { TextEncoderConfig } from '../../checkpoint/text-encoder-config.js';
import { inverseFrequencies } from '../../graph/nn/rotary-frequencies.js';
import type { PatchGrid } from '../vision/patch-grid.js';

/** Positions have three axes: time, row, column. */
const AXES = 3;

/**
 * Three-dimensional positions of a prompt with pictures: int32 [3, tokens].
 *
 * Text counts on alike on all axes. A picture's tokens stay at one time, with the row and column that they lie at; the text
 * behind goes on after the larger side.
 *
 * @param grids the pictures that the image tokens stand for, in order
 * Source: transformers' `Qwen2_5_VLModel.get_rope_index`.
 */
export function mropePositions(
  inputIds: Int32Array,
  config: TextEncoderConfig,
  grids: readonly PatchGrid[],
): Int32Array {
  const tokens = inputIds.length;
  const positions = new Int32Array(AXES * tokens);
  const set = (token: number, time: number, row: number, column: number): void => {
    positions[token] = time;
    positions[tokens + token] = row;
    positions[2 * tokens + token] = column;
  };
  const images = grids.values();
  let next = 0;
  for (let token = 0; token < tokens;) {
    if (inputIds[token] !== config.imageTokenId) {
      set(token, next, next, next);
      token += 1;
      next += 1;
      continue;
    }
    const { rows, columns } = mergedGrid(images.next().value, config);
    for (let index = 0; index < rows * columns; index += 1) {
      set(token + index, next, next + Math.floor(index / columns), next + (index % columns));
    }
    token += rows * columns;
    next += Math.max(rows, columns);
  }
  return positions;
}

/** A picture's size in image tokens. */
function mergedGrid(grid: PatchGrid | undefined, { vision }: TextEncoderConfig): { rows: number; columns: number } {
  if (grid === undefined) throw new Error('The prompt has image tokens of more pictures than there are');
  const { gridHeight, gridWidth } = grid;
  return { rows: gridHeight / vision.spatialMergeSize, columns: gridWidth / vision.spatialMergeSize };
}

/** Rotary tables, each float32 [tokens, headDim / 2]. */
export interface RotaryTables {
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

/**
 * Cosines and sines of position · frequency. The frequencies are cut into contiguous parts that follow time, row and
 * column; `mropeSection` says how many each.
 *
 * @param positions int32 [3, tokens]
 * Source: transformers' `Qwen2_5_VLRotaryEmbedding`, angles in float32 as there.
 */
export function mropeTables(positions: Int32Array, config: TextEncoderConfig): RotaryTables {
  const tokens = positions.length / AXES;
  const frequencies = inverseFrequencies(config.headDim, config.ropeTheta);
  const axes = config.mropeSection.flatMap((count, axis) => Array.from({ length: count }, () => axis));
  const half = frequencies.length;
  const cos = new Float32Array(tokens * half);
  const sin = new Float32Array(tokens * half);
  for (let token = 0; token < tokens; token++) {
    for (const [index, frequency] of frequencies.entries()) {
      const position = positions[(axes[index] ?? 0) * tokens + token] ?? 0;
      const angle = Math.fround(position * frequency);
      cos[token * half + index] = Math.cos(angle);
      sin[token * half + index] = Math.sin(angle);
    }
  }
  return { cos, sin };
}
