import type { BlockFormat } from '../../graph/quantization/linear-format.js';
import { FINER_BITS, sensitiveBytes, type SensitiveWeights } from '../../graph/quantization/linear-recipe.js';
import type { PlacedWeight } from '../../graph/quantization/quantized-layout.js';
import type { RoundingLoss } from './rounding-loss.js';

/** What integers with one scale for each output may do to a weight: a normal spread changes by 0.7 to 1 % and reads a third of the inputs. */
const CHANNELS = { mostChange: 0.012, leastRead: 0.05 };

/** The most that rounding to blocks of so many bits may change an input's or an output's share of a weight: just above a normal spread's at 4 bits, six times that at 8. */
const MOST_CHANGE_BLOCKS = { 4: 0.1, 8: 0.03 };
/** The share of that where the best of several scales is taken: a normal spread changes by so much less. */
const OF_TRIED_SCALES = 0.97;

const mostChange = ({ bits, scales }: BlockFormat): number =>
  MOST_CHANGE_BLOCKS[bits] * (scales.tried > 1 ? OF_TRIED_SCALES : 1);

/** A weight, and what rounding it as all others does to it. */
export interface MeasuredWeight {
  readonly weight: PlacedWeight;
  readonly loss: RoundingLoss;
}

/** A weight that its blocks' bits don't hold well enough. */
interface Candidate {
  readonly weight: PlacedWeight;
  readonly change: number;
  /** Bytes by which each value grows as the checkpoint has it. */
  readonly whole: number;
  /** The same with finer blocks; none where it has as many bits already. */
  readonly finer: number | undefined;
}

/** Measures how much finer blocks (finerFormat) would change a weight. */
type MeasureFiner = (weight: PlacedWeight) => Promise<number>;

/**
 * The weights that few bits don't hold well enough. Those whose inputs would be rounded, too, stay whole. Of those in blocks the
 * most changed come first: they get 8 bits instead of 4, or stay whole where 8 are too few, as long as all of them together don't
 * grow by more than sensitiveBytes.
 * @param measureFiner is asked only about weights that may get them
 */
export async function sensitiveWeights(
  measured: readonly MeasuredWeight[],
  measureFiner: MeasureFiner,
): Promise<SensitiveWeights> {
  const kept = measured
    .filter(({ loss }) => loss.kind === 'channels' && losesAsChannels(loss))
    .map(({ weight }) => weight.name);
  const blocks = measured.filter(({ loss }) => loss.kind === 'blocks');
  const room = sensitiveBytes(blocks.reduce((sum, { weight }) => sum + weight.rows * weight.columns, 0));
  const chosen = await chooseBlocks(candidates(blocks), room, measureFiner);
  return { kept: [...kept, ...chosen.kept], finer: chosen.finer };
}

const losesAsChannels = ({ change, inputsRead }: Extract<RoundingLoss, { kind: 'channels' }>): boolean =>
  change > CHANNELS.mostChange || inputsRead < CHANNELS.leastRead;

/** The most changed first. */
function candidates(blocks: readonly MeasuredWeight[]): Candidate[] {
  return blocks
    .flatMap(({ weight, loss: { change } }) => {
      if (weight.format.kind !== 'blocks') return [];
      const { bits } = weight.format;
      const codeBytes = bits / 8;
      const finer = bits < FINER_BITS ? FINER_BITS / 8 - codeBytes : undefined;
      const candidate = { weight, change, whole: storedBytes(weight) - codeBytes, finer };
      return change > mostChange(weight.format) ? [candidate] : [];
    })
    .sort((one, other) => other.change - one.change);
}

async function chooseBlocks(
  mostChanged: readonly Candidate[],
  room: number,
  measureFiner: MeasureFiner,
): Promise<SensitiveWeights> {
  const measure = remembered(measureFiner);
  // Side by side those that get more bits if all others take the least.
  const fittingOnes = fitting(mostChanged, room).filter(({ finer }) => finer !== undefined);
  await Promise.all(fittingOnes.map(({ weight }) => measure(weight)));
  const kept: string[] = [];
  const finer: string[] = [];
  let left = room;
  const take = (list: string[], { name, rows, columns }: PlacedWeight, addedBytes: number): boolean => {
    if (rows * columns * addedBytes > left) return false;
    left -= rows * columns * addedBytes;
    list.push(name);
    return true;
  };
  for (const candidate of mostChanged) {
    const { weight } = candidate;
    if (least(candidate) > left) continue;
    const staysWhole = candidate.finer === undefined || (await measure(weight)) > MOST_CHANGE_BLOCKS[8];
    if (staysWhole && take(kept, weight, candidate.whole)) continue;
    if (candidate.finer !== undefined) take(finer, weight, candidate.finer);
  }
  return { kept, finer };
}

/** The fewest bytes by which a candidate grows. */
const least = ({ weight, whole, finer = whole }: Candidate): number =>
  weight.rows * weight.columns * Math.min(whole, finer);

/** Those that are taken in turn while there is room, if each takes the least. */
function fitting(mostChanged: readonly Candidate[], room: number): Candidate[] {
  let left = room;
  return mostChanged.filter((candidate) => {
    const fits = least(candidate) <= left;
    if (fits) left -= least(candidate);
    return fits;
  });
}

function remembered(measureFiner: MeasureFiner): MeasureFiner {
  const changes = new Map<string, Promise<number>>();
  return (weight) => {
    const change = changes.get(weight.name) ?? measureFiner(weight);
    changes.set(weight.name, change);
    return change;
  };
}

/** Bytes of each of a weight's values in the checkpoint. */
function storedBytes({ tensor }: PlacedWeight): number {
  return tensor.length / tensor.shape.reduce((product, size) => product * size, 1);
}
