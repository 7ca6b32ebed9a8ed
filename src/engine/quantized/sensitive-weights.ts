import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BLOCKS_4,
  FINER_BLOCKS,
  FINER_SHARE,
  type Quantization,
  type SensitiveWeights,
} from '../../graph/quantization/linear-recipe.js';
import type { PlacedWeight } from '../../graph/quantization/quantized-layout.js';
import { floatRows } from './float-rows.js';
import { roundingChange } from './rounding-change.js';

/**
 * The most that rounding to 8 bits with one scale for each output may change a weight, as a share of it (root mean square).
 * Weights that are spread like a normal distribution change by 0.7 to 1 %; a layer with a few far larger ones, whose
 * outputs hang on those, by more.
 */
const MOST_CHANGE_8 = 0.012;
const LEVELS = 127;

/** The most that rounding to blocks may change an input's or an output's share of a weight: just above a normal spread's at 4 bits, six times that at 8. */
const MOST_CHANGE_BLOCKS = { [BLOCKS_4.bits]: 0.1, [FINER_BLOCKS.bits]: 0.03 };

/**
 * The transformer's weights that few bits don't hold well enough. With 4 bits no more than FINER_SHARE of the parameters are
 * taken out, those that change most: they get 8 bits, or stay whole where 8 are too few.
 * @param root folder of the checkpoint's files
 * @param onMeasured told after each weight how many are done
 */
export async function sensitiveWeights(
  weights: readonly PlacedWeight[],
  root: string,
  quantization: Quantization,
  onMeasured: (done: number) => void,
): Promise<SensitiveWeights> {
  const sources = new Map<string, FileHandle>();
  const sourceOf = async ({ tensor: { file } }: PlacedWeight): Promise<FileHandle> => {
    const source = sources.get(file) ?? (await open(join(root, file)));
    sources.set(file, source);
    return source;
  };
  const changes: { weight: PlacedWeight; change: number }[] = [];
  try {
    for (const [index, weight] of weights.entries()) {
      if (weight.component === 'transformer') {
        const source = await sourceOf(weight);
        const change = await (quantization === 'int4-blocks'
          ? blockChange(source, weight, BLOCKS_4)
          : rowChange(source, weight));
        changes.push({ weight, change });
      }
      onMeasured(index + 1);
    }
    if (quantization !== 'int4-blocks') {
      const kept = changes.filter(({ change }) => change > MOST_CHANGE_8).map(({ weight }) => weight.name);
      return { kept, finer: [] };
    }
    const kept: string[] = [];
    const finer: string[] = [];
    for (const weight of mostChanged(changes)) {
      const change = await blockChange(await sourceOf(weight), weight, FINER_BLOCKS);
      (change > MOST_CHANGE_BLOCKS[FINER_BLOCKS.bits] ? kept : finer).push(weight.name);
    }
    return { kept, finer };
  } finally {
    await Promise.all([...sources.values()].map((file) => file.close()));
  }
}

/** Those that 4 bits change too much, the most changed first, as many as may be. */
function mostChanged(changes: readonly { weight: PlacedWeight; change: number }[]): PlacedWeight[] {
  const size = ({ rows, columns }: PlacedWeight): number => rows * columns;
  let room = FINER_SHARE * changes.reduce((sum, { weight }) => sum + size(weight), 0);
  return changes
    .filter(({ change }) => change > MOST_CHANGE_BLOCKS[BLOCKS_4.bits])
    .sort((one, other) => other.change - one.change)
    .map(({ weight }) => weight)
    .filter((weight) => {
      room -= size(weight);
      return room >= 0;
    });
}

function blockChange(
  source: FileHandle,
  { tensor, rows, columns }: PlacedWeight,
  format: typeof BLOCKS_4 | typeof FINER_BLOCKS,
): Promise<number> {
  return roundingChange(floatRows(source, tensor, rows, columns), rows, columns, format);
}

/** How much 8 bits with one scale for each row change a weight. */
async function rowChange(source: FileHandle, { tensor, rows, columns }: PlacedWeight): Promise<number> {
  let squares = 0;
  let errorSquares = 0;
  for await (const { values } of floatRows(source, tensor, rows, columns)) {
    for (let start = 0; start < values.length; start += columns) {
      const row = values.subarray(start, start + columns);
      let largest = 0;
      for (const value of row) largest = Math.max(largest, Math.abs(value));
      const scale = largest / LEVELS;
      if (scale === 0) continue;
      for (const value of row) {
        const error = value - Math.round(value / scale) * scale;
        squares += value * value;
        errorSquares += error * error;
      }
    }
  }
  return squares === 0 ? 0 : Math.sqrt(errorSquares / squares);
}
