import type { WeightForm } from '../../../graph/weight-forms/weight-form.js';
import type { Held, RunMemory } from './run-memory.js';

/** What a linear layer takes beside its input and its result. */
export interface LinearRun {
  /** What makes floats of its weight; unless it is the product's kernel, the product is a Gemm and adds any sum. */
  readonly makesFloats: WeightForm['makesFloats'];
  /** See WeightForm. */
  readonly floatsBlock: WeightForm['floatsBlock'];
  /** Blocks of inputs whose sums are multiplied with the weight's addends; 0 for a weight without addends. */
  readonly addendBlocks: number;
  /** Ranks of its LoRAs, all of which may be used; null without. */
  readonly lora: { readonly ranks: number; readonly isStacked: boolean } | null;
}

export const PLAIN_LINEAR: LinearRun = { makesFloats: null, floatsBlock: null, addendBlocks: 0, lora: null };

/** Sizes of a weight. */
interface WeightSizes {
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** Of one value. */
  readonly bytes: number;
}

/** Sizes of a product. */
export interface Product extends WeightSizes {
  readonly tokens: number;
}

/**
 * A linear layer's run (graph/nn/linear.ts) with its LoRAs used, where it has any.
 * @param next what the result goes through: gets it and drops it
 */
export function linearRun(
  memory: RunMemory,
  layer: LinearRun,
  product: Product,
  next: (result: Held) => Held = (result) => result,
): Held {
  if (layer.lora === null) return next(multiplied(memory, layer, product));
  if (layer.makesFloats !== 'kernel') {
    const sum = withLora(memory, layer.lora, product);
    const result = multiplied(memory, layer, product);
    memory.drop(sum);
    return next(result);
  }
  // What is chosen between reads the result without LoRAs, which stays until the choice is made.
  const result = multiplied(memory, layer, product);
  const chosen = next(withLora(memory, layer.lora, product));
  memory.drop(result);
  return chosen;
}

function multiplied(memory: RunMemory, layer: LinearRun, product: Product): Held {
  const { tokens, outFeatures, bytes } = product;
  const result = memory.from(tokens * outFeatures * bytes, ...madeFloats(memory, layer, product));
  kernelFloats(memory, layer, product);
  if (layer.addendBlocks === 0) return result;
  const sums = memory.tensor(tokens * layer.addendBlocks * bytes);
  return memory.from(tokens * outFeatures * bytes, result, sums);
}

/** The weight as operators before the product make it, none where there are none. */
export function madeFloats(memory: RunMemory, layer: LinearRun, weight: WeightSizes): Held[] {
  const whole = wholeBytes(layer, weight);
  if (layer.makesFloats !== 'operator' && layer.makesFloats !== 'operators') return [];
  const made = layer.makesFloats === 'operator' ? memory.tensor(whole) : memory.from(whole, memory.tensor(whole));
  // What the weight doesn't fill of its last blocks is cut off.
  const own = weight.inFeatures * weight.outFeatures * weight.bytes;
  return [own < whole ? memory.from(own, made) : made];
}

/** The weight as the product's kernel makes it while it runs. */
export function kernelFloats(memory: RunMemory, layer: LinearRun, weight: WeightSizes): void {
  if (layer.makesFloats === 'kernel') memory.scratch(wholeBytes(layer, weight));
}

/** Bytes of a weight's floats with all of its last blocks. */
function wholeBytes({ floatsBlock }: LinearRun, { inFeatures, outFeatures, bytes }: WeightSizes): number {
  const columns = floatsBlock === null ? inFeatures : Math.ceil(inFeatures / floatsBlock) * floatsBlock;
  return columns * outFeatures * bytes;
}

/** y + up·(scales ⊙ down·x) (graph/lora/lora-branch.ts). */
function withLora(
  memory: RunMemory,
  { ranks, isStacked }: NonNullable<LinearRun['lora']>,
  { tokens, inFeatures, outFeatures, bytes }: Product,
): Held {
  const picked = (features: number): Held[] => (isStacked ? [memory.tensor(ranks * features * bytes)] : []);
  const lowBytes = tokens * ranks * bytes;
  const low = memory.from(lowBytes, memory.from(lowBytes, ...picked(inFeatures)));
  return memory.from(tokens * outFeatures * bytes, low, ...picked(outFeatures));
}
