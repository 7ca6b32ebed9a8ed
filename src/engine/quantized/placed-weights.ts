import { existsSync, renameSync, truncateSync } from 'node:fs';
import type { TensorComponent } from '../../checkpoint/tensor-index.js';
import { quantizedFile, type PlacedWeight, type QuantizedLayout } from '../../graph/quantization/quantized-layout.js';
import type { WrittenFile } from './cache-entry.js';
import type { FinishedWeight } from './finished-weights.js';
import { completeFile, roundedArrays } from './placed-arrays.js';
import { QuantizingPace, type OnWeight } from './quantizing-pace.js';
import type { WeightFolder } from './weight-folder.js';

/** The file of weights that are rounded before it is known which are sensitive. */
export const roundedFile = (component: TensorComponent): string => `${component}.rounded`;

/**
 * Sees to it that a component's weights can be rounded.
 * @returns how far an earlier process came with it: `placing` when it knew all places
 */
export function prepareFiles(folder: WeightFolder, component: TensorComponent): 'rounding' | 'placing' {
  const [rounded, placed] = [roundedFile(component), quantizedFile(component)];
  const isPlacing = folder.finished.hasAny(placed);
  if (!isPlacing && existsSync(folder.path(placed))) renameSync(folder.path(placed), folder.path(rounded));
  folder.create(rounded);
  return isPlacing ? 'placing' : 'rounding';
}

/**
 * Brings weights from where they were rounded to their places.
 * @param first where they were rounded
 * @param layout their places; what has another format there is rounded from the checkpoint
 * @returns the files by name
 */
export async function placeWeights(
  folder: WeightFolder,
  first: QuantizedLayout,
  layout: QuantizedLayout,
  onWeight: OnWeight,
): Promise<Record<string, WrittenFile>> {
  const files: Record<string, WrittenFile> = {};
  for (const [component, bytes] of layout.files()) {
    const file = quantizedFile(component);
    const [before, weights] = [first.weights(component), layout.weights(component)];
    const stay = !folder.finished.hasAny(file) && isSame(before, weights);
    const placed = stay
      ? keepAll(folder, component, weights)
      : await moveAll(folder, component, before, weights, onWeight);
    const sums = placed.map((finished) => finished?.sums ?? []);
    files[file] = await completeFile(folder.path(file), bytes, weights.map(roundedArrays), sums);
  }
  return files;
}

function isSame(before: readonly PlacedWeight[], weights: readonly PlacedWeight[]): boolean {
  return before.length === weights.length && weights.every((weight, index) => isSamePlace(weight, before[index]));
}

const isSamePlace = (one: PlacedWeight, other?: PlacedWeight): boolean =>
  one.format === other?.format && one.codes.offset === other.codes.offset;

/** They were rounded where they have to be. */
function keepAll(
  folder: WeightFolder,
  component: TensorComponent,
  weights: readonly PlacedWeight[],
): readonly (FinishedWeight | undefined)[] {
  renameSync(folder.path(roundedFile(component)), folder.path(quantizedFile(component)));
  return weights.map((weight) => folder.finished.find(roundedFile(component), roundedArrays(weight)));
}

/** From the last one to the first, so that the file that they leave shrinks while the other one grows. */
async function moveAll(
  folder: WeightFolder,
  component: TensorComponent,
  before: readonly PlacedWeight[],
  weights: readonly PlacedWeight[],
  onWeight: OnWeight,
): Promise<readonly FinishedWeight[]> {
  const [rounded, placed] = [roundedFile(component), quantizedFile(component)];
  folder.create(placed);
  const sources = new Map(before.map((weight) => [weight.name, weight]));
  const waiting = new Set(weights);
  const pace = new QuantizingPace('placed', weights, onWeight);
  const moveOrRound = async (weight: PlacedWeight): Promise<FinishedWeight> => {
    const source = sources.get(weight.name);
    const moved =
      source?.format === weight.format
        ? await folder.copy(rounded, roundedArrays(source), placed, roundedArrays(weight))
        : undefined;
    return moved ?? (await folder.round(placed, weight, false));
  };
  const place = async (weight: PlacedWeight): Promise<FinishedWeight> => {
    const known = await folder.found(placed, roundedArrays(weight));
    const finished = known ?? (await moveOrRound(weight));
    waiting.delete(weight);
    truncateSync(folder.path(rounded), Math.max(0, ...[...waiting].map(({ name }) => endOf(sources.get(name)))));
    pace.advance(weight, known !== undefined);
    return finished;
  };
  const reversed = await Promise.all(weights.toReversed().map(place));
  return reversed.toReversed();
}

const endOf = (weight?: PlacedWeight): number =>
  weight === undefined ? 0 : weight.scales.offset + weight.scales.length;
