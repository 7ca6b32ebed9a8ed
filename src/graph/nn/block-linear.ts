import type { Value } from '../graph-builder.js';
import { reshape, unfolded } from '../ops.js';
import type { BlockWeight } from '../scope.js';

/**
 * A linear layer whose weight a GGUF type holds: in each block of inputs w = d·code + a. What the addends contribute is
 * a·Σx over the block's inputs, so they are a second, thin product of x's sums with them: a weight's zero point could hold
 * a/d only, which is infinite where d is 0.
 * @param x [tokens, inFeatures]
 * @param bias [outFeatures]
 * @returns [tokens, outFeatures]
 */
export function blockLinear(x: Value, weight: BlockWeight, bias: Value | undefined): Value {
  const { graph } = x;
  const { form, addends, inFeatures } = weight;
  const product = form.zeroCode === 0 ? dequantizedProduct(x, weight, bias) : bitsProduct(x, weight, bias);
  if (addends === undefined) return product;
  const blocks = inFeatures / form.blockSize;
  const grouped = reshape(x, [0, blocks, form.blockSize]); // [tokens, blocks, blockSize]
  const sums = graph.node('ReduceSum', [grouped, graph.int64s([2])], { keepdims: 0 }); // [tokens, blocks]
  return graph.node('Gemm', [sums, graph.cast(addends, x.type), product], { transB: 1 });
}

/** The kernel reads codes as they are. */
function bitsProduct(
  x: Value,
  { form, codes, scales, inFeatures, outFeatures }: BlockWeight,
  bias: Value | undefined,
): Value {
  const { graph } = x;
  // Between the scales and the bias stand zero points (the middle code unless given) and an order of the inputs.
  const inputs = [x, codes, graph.cast(scales, x.type), undefined, undefined, bias];
  const sizes = { K: inFeatures, N: outFeatures, bits: form.bits, block_size: form.blockSize };
  return graph.node('MatMulNBits', inputs, sizes, { domain: 'com.microsoft' });
}

/**
 * Codes of 8 bits are made floats when the layer runs, and are codes again behind it. On the CPU MatMulNBits does the same with
 * them, at a third of the speed.
 */
function dequantizedProduct(
  x: Value,
  { form, codes, scales, inFeatures, outFeatures }: BlockWeight,
  bias: Value | undefined,
): Value {
  const { graph } = x;
  const blocked = { axis: 1, block_size: form.blockSize };
  const stored = unfolded(codes, [outFeatures, inFeatures], x);
  const floats = graph.node('DequantizeLinear', [stored, scales], blocked, { type: x.type });
  return graph.node('Gemm', bias === undefined ? [x, floats] : [x, floats, bias], { transB: 1 });
}
