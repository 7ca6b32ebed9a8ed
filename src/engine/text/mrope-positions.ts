import type { TextEncoderConfig } from '../../checkpoint/text-encoder-config.js';
import { inverseFrequencies } from '../rotary-frequencies.js';

/** Positions have three axes: time, row, column. */
const AXES = 3;

/**
 * Three-dimensional positions of a prompt with one picture: int32 [3, tokens].
 *
 * Text counts on alike on all axes. The picture's tokens stay at one time, with the row and column that they lie at; the
 * text behind goes on after the larger side.
 *
 * @param gridHeight Patches a column, before the merger joins them.
 * @param gridWidth Patches a row.
 * Source: transformers' `Qwen2_5_VLModel.get_rope_index`.
 */
export function mropePositions(
  inputIds: Int32Array,
  config: TextEncoderConfig,
  gridHeight: number,
  gridWidth: number,
): Int32Array {
  const tokens = inputIds.length;
  const rows = gridHeight / config.vision.spatialMergeSize;
  const columns = gridWidth / config.vision.spatialMergeSize;
  const imageStart = inputIds.indexOf(config.imageTokenId);
  const imageEnd = imageStart < 0 ? tokens : imageStart + rows * columns;
  const positions = new Int32Array(AXES * tokens);
  const set = (token: number, time: number, row: number, column: number): void => {
    positions[token] = time;
    positions[tokens + token] = row;
    positions[2 * tokens + token] = column;
  };
  for (let token = 0; token < tokens; token++) {
    if (imageStart < 0 || token < imageStart) {
      set(token, token, token, token);
    } else if (token < imageEnd) {
      const index = token - imageStart;
      const row = Math.floor(index / columns);
      set(token, imageStart, imageStart + row, imageStart + (index % columns));
    } else {
      const position = imageStart + Math.max(rows, columns) + (token - imageEnd);
      set(token, position, position, position);
    }
  }
  return positions;
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
