import type { TensorComponent } from '../../checkpoint/tensor-index.js';
import type { BlockFormat } from '../../graph/quantization/linear-format.js';
import type { SensitiveWeights } from '../../graph/quantization/linear-recipe.js';
import type { PlacedWeight, QuantizedLayout } from '../../graph/quantization/quantized-layout.js';
import type { WrittenFile } from './cache-entry.js';
import type { FinishedWeight } from './finished-weights.js';
import { roundedArrays } from './placed-arrays.js';
import { placeWeights, prepareFiles, roundedFile } from './placed-weights.js';
import { QuantizingPace, type OnWeight } from './quantizing-pace.js';
import { sensitiveWeights, type MeasuredWeight } from './sensitive-weights.js';
import type { WeightFolder } from './weight-folder.js';

/** The quantized weights, in files of the folder. */
export interface QuantizedFiles {
  readonly sensitive: SensitiveWeights;
  /** By name. */
  readonly files: Readonly<Record<string, WrittenFile>>;
}

/**
 * Quantizes weights, several at once, into one file a component. Each is read once: it is rounded, measured and written as if
 * none were sensitive. When all are measured those that are sensitive are known. Where none is, the files are what they have to
 * be; else the others move to their places and the sensitive ones are rounded anew. A process that ends at any time leaves behind
 * what it has finished, from which the next one goes on.
 * @param layOut lays out all weights, of which some are sensitive
 * @param finer the format of those that too few bits would hold
 * @param reserve called with the bytes of all files once they are known
 * @throws Error with the system's code where a file can't be read or written
 */
export async function quantizeWeights(
  folder: WeightFolder,
  layOut: (sensitive?: SensitiveWeights) => QuantizedLayout,
  finer: BlockFormat,
  reserve: (bytes: number) => Promise<void>,
  onWeight: OnWeight,
): Promise<QuantizedFiles> {
  const first = layOut();
  const measured = await roundWeights(folder, first, onWeight);
  const sensitive = await sensitiveWeights(measured, (weight) => folder.change(weight, finer));
  const layout = layOut(sensitive);
  await reserve(layoutBytes(layout));
  return { sensitive, files: await placeWeights(folder, first, layout, onWeight) };
}

/** Bytes of all files. */
export const layoutBytes = (layout: QuantizedLayout): number =>
  [...layout.files().values()].reduce((sum, bytes) => sum + bytes, 0);

/** @returns the transformer's weights: of the others nothing is known to be sensitive, so they aren't measured */
async function roundWeights(
  folder: WeightFolder,
  layout: QuantizedLayout,
  onWeight: OnWeight,
): Promise<MeasuredWeight[]> {
  const components = [...layout.files().keys()];
  const placing = new Set(components.filter((component) => prepareFiles(folder, component) === 'placing'));
  const weights = components.flatMap((component) => layout.weights(component));
  const pace = new QuantizingPace('rounded', weights, onWeight);
  const rounded = await Promise.all(
    weights.map(async (weight) => {
      const before = await finishedBefore(folder, weight, placing);
      const finished =
        before ?? (await folder.round(roundedFile(weight.component), weight, weight.component === 'transformer'));
      pace.advance(weight, before !== undefined);
      return finished;
    }),
  );
  return weights.flatMap((weight, index) => {
    const loss = rounded[index]?.loss;
    return loss ? [{ weight, loss }] : [];
  });
}

/** Once weights are placed they leave the file that they were rounded into: what they lose is known all the same. */
async function finishedBefore(
  folder: WeightFolder,
  weight: PlacedWeight,
  placing: ReadonlySet<TensorComponent>,
): Promise<FinishedWeight | undefined> {
  const file = roundedFile(weight.component);
  const arrays = roundedArrays(weight);
  return placing.has(weight.component) ? folder.finished.find(file, arrays) : folder.found(file, arrays);
}
