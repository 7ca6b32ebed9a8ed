import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlacedWeight } from '../../graph/quantization/quantized-layout.js';
import { floatRows } from './float-rows.js';

/**
 * The most that rounding to 8 bits with one scale for each output may change a weight, as a share of it (root mean square).
 * Weights that are spread like a normal distribution change by 0.7 to 1 %; a layer with a few far larger ones, whose
 * outputs hang on those, by more.
 */
const MOST_CHANGE = 0.012;
const LEVELS = 127;

/**
 * The transformer's weights that few bits don't hold well enough: they stay whole, whatever the format.
 * @param root folder of the checkpoint's files
 * @param onMeasured told after each weight how many are done
 */
export async function sensitiveWeights(
  weights: readonly PlacedWeight[],
  root: string,
  onMeasured: (done: number) => void,
): Promise<string[]> {
  const sources = new Map<string, FileHandle>();
  const sensitive: string[] = [];
  try {
    for (const [index, weight] of weights.entries()) {
      onMeasured(index + 1);
      if (weight.component !== 'transformer') continue;
      const source = sources.get(weight.tensor.file) ?? (await open(join(root, weight.tensor.file)));
      sources.set(weight.tensor.file, source);
      if ((await change(source, weight)) > MOST_CHANGE) sensitive.push(weight.name);
    }
  } finally {
    await Promise.all([...sources.values()].map((file) => file.close()));
  }
  return sensitive;
}

async function change(source: FileHandle, { tensor, rows, columns }: PlacedWeight): Promise<number> {
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
