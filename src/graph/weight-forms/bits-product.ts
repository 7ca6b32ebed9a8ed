import type { Value } from '../graph-builder.js';

/** Codes around a middle one, and a scale for each block of an output's inputs. */
interface BitsWeight {
  readonly bits: 4 | 8;
  readonly blockSize: number;
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** uint8 [outFeatures, blocks, bytes of a block] */
  readonly codes: Value;
  /** [outFeatures, blocks] */
  readonly scales: Value;
}

/**
 * x·Wᵀ + b by the kernel that reads codes as they are.
 * @param x [tokens, inFeatures]
 * @param bias [outFeatures]
 */
export function bitsProduct(
  x: Value,
  { bits, blockSize, inFeatures, outFeatures, codes, scales }: BitsWeight,
  bias: Value | undefined,
): Value {
  const { graph } = x;
  // Between the scales and the bias stand zero points (the middle code unless given) and an order of the inputs.
  const inputs = [x, codes, graph.cast(scales, x.type), undefined, undefined, bias];
  const sizes = { K: inFeatures, N: outFeatures, bits, block_size: blockSize };
  return graph.node('MatMulNBits', inputs, sizes, { domain: 'com.microsoft' });
}
