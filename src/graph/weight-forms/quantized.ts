import { ELEMENT_BYTES } from '../element-type.js';
import type { Value } from '../graph-builder.js';
import { mul, reshape, slice, unfolded } from '../ops.js';
import {
  blockCount,
  quantizedShapes,
  quantizedSize,
  ZERO_CODE,
  type BlockFormat,
  type FloatsBy,
  type LinearFormat,
} from '../quantization/linear-format.js';
import { bitsProduct } from './bits-product.js';
import type { WeightForm } from './weight-form.js';

/** What a checkpoint's weight is quantized to, which lies in a file of its own. */
export function quantized(format: LinearFormat): WeightForm {
  return {
    declare({ graph, weights, shape: [, inFeatures], rows: outFeatures, name, tensor }) {
      const { location, ...spans } = weights.quantized(name, tensor, format, outFeatures, inFeatures);
      const codes = graph.external({ name, location, ...spans.codes });
      const scales = graph.external({ name: `${name}_scale`, location, ...spans.scales });
      if (format.kind === 'channels') {
        return { addsAnything: false, product: (x, bias) => integerProduct(x, codes, scales, bias) };
      }
      const weight = { format, inFeatures, outFeatures, codes, scales };
      if (format.floatsBy === 'kernel') {
        return { addsAnything: false, product: (x, bias) => bitsProduct(x, { ...format, ...weight }, bias) };
      }
      return { addsAnything: true, product: (x, bias) => floatsProduct(x, weight, bias) };
    },
    arrays([rows = 1, columns = 1], computeType) {
      const { codes, scales } = quantizedSize(format, rows, columns);
      return [codes, scales * ELEMENT_BYTES[computeType]];
    },
    makesFloats: format.kind === 'channels' ? 'kernel' : MAKES_FLOATS[format.floatsBy],
    floatsBlock: format.kind === 'channels' ? null : format.blockSize,
    addendBlock: null,
  };
}

const MAKES_FLOATS: Readonly<Record<FloatsBy, WeightForm['makesFloats']>> = {
  kernel: 'kernel',
  cast: 'operators',
  gather: 'operator',
};

/** Codes and scales in a graph, as quantizedShapes says. */
interface CodedWeight {
  readonly format: BlockFormat;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly codes: Value;
  readonly scales: Value;
}

/** Makes floats of the codes when the layer runs, each rounded once. */
function floatsProduct(x: Value, weight: CodedWeight, bias: Value | undefined): Value {
  const { format, inFeatures, outFeatures } = weight;
  const floats = format.floatsBy === 'cast' ? castFloats(x, weight) : gatheredFloats(x, weight);
  const columns = blockCount(inFeatures, format.blockSize) * format.blockSize;
  const whole = reshape(floats, [outFeatures, columns]);
  const used = columns === inFeatures ? whole : slice(whole, 0, inFeatures, 1);
  return x.graph.node('Gemm', bias === undefined ? [x, used] : [x, used, bias], { transB: 1 });
}

/** @returns [outFeatures · blocks, blockSize] */
function castFloats(x: Value, { format, inFeatures, outFeatures, codes, scales }: CodedWeight): Value {
  const { graph } = x;
  const stored = unfolded(codes, quantizedShapes(format, outFeatures, inFeatures).codes, x);
  return mul(graph.cast(stored, x.type), graph.cast(scales, x.type));
}

/** @returns [1, outFeatures, columns of whole blocks] */
function gatheredFloats(x: Value, { format, inFeatures, outFeatures, codes, scales }: CodedWeight): Value {
  const { graph } = x;
  const stored = unfolded(codes, quantizedShapes(format, outFeatures, inFeatures).codes, x);
  const inputs = [stored, graph.int64s([0]), graph.cast(scales, x.type)];
  const sizes = { bits: format.bits, block_size: format.blockSize, gather_axis: 0, quantize_axis: 2 };
  return graph.node('GatherBlockQuantized', inputs, sizes, { domain: 'com.microsoft', type: x.type });
}

/** Rounds x to 8 bits over its whole range, multiplies integers and scales the sums back. */
function integerProduct(x: Value, codes: Value, scales: Value, bias: Value | undefined): Value {
  const inputs = [x, codes, scales, x.graph.uint8(ZERO_CODE[8]), bias];
  return x.graph.node('DynamicQuantizeMatMul', inputs, {}, { domain: 'com.microsoft' });
}
