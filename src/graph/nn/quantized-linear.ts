import type { Value } from '../graph-builder.js';
import { ZERO_CODE } from '../quantization/linear-format.js';
import type { QuantizedWeight } from '../scope.js';

/**
 * A linear layer with a quantized weight.
 * @param x [tokens, inFeatures]
 * @param bias [outFeatures]
 * @returns [tokens, outFeatures]
 */
export function quantizedLinear(x: Value, weight: QuantizedWeight, bias: Value | undefined): Value {
  const { format, codes, scales, inFeatures, outFeatures } = weight;
  const { graph } = x;
  if (format.kind === 'channels') {
    // Rounds x to 8 bits over its whole range, multiplies integers and scales the sums back.
    const inputs = [x, codes, scales, graph.uint8(ZERO_CODE[8]), bias];
    return graph.node('DynamicQuantizeMatMul', inputs, {}, { domain: 'com.microsoft' });
  }
  // Between the scales and the bias stand zero points (the middle code unless given) and an order of the inputs.
  const inputs = [x, codes, graph.cast(scales, x.type), undefined, undefined, bias];
  const { bits, blockSize } = format;
  const sizes = { K: inFeatures, N: outFeatures, bits, block_size: blockSize };
  return graph.node('MatMulNBits', inputs, sizes, { domain: 'com.microsoft' });
}
