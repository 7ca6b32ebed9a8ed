import { ELEMENT_BYTES, elementCount } from '../element-type.js';
import type { Value } from '../graph-builder.js';
import { reshape, unfolded } from '../ops.js';
import { repackedShapes, type BlockForm } from '../quantization/block-form.js';
import { bitsProduct } from './bits-product.js';
import type { WeightForm } from './weight-form.js';

/** A weight's codes, and scales and addends of their blocks. */
interface BlockWeight {
  readonly form: BlockForm;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly codes: Value;
  readonly scales: Value;
}

/**
 * What a GGUF type is repacked to: in each block of inputs w = d·code + a. What the addends contribute is a·Σx over the block's
 * inputs, so they are a second, thin product of x's sums with them: a weight's zero point could hold a/d only, which is infinite
 * where d is 0.
 */
export function repackedBlocks(form: BlockForm): WeightForm {
  const isDequantized = form.zeroCode === 0;
  const product = isDequantized ? dequantizedProduct : kernelProduct;
  return {
    declare({ graph, weights: { repacked }, shape: [, inFeatures], rows: outFeatures, name, tensor }) {
      const { location } = repacked;
      const spans = repacked.placeBlocks({ name, tensor, rows: outFeatures, columns: inFeatures }, form);
      const codes = graph.external({ name, location, ...spans.codes });
      const scales = graph.external({ name: `${name}_scale`, location, ...spans.scales });
      const weight = { form, inFeatures, outFeatures, codes, scales };
      if (spans.addends === null)
        return { addsAnything: isDequantized, product: (x, bias) => product(x, weight, bias) };
      const addends = graph.external({ name: `${name}_addend`, location, ...spans.addends });
      return {
        addsAnything: isDequantized,
        product: (x, bias) =>
          withAddends(x, product(x, weight, bias), addends, inFeatures / form.blockSize, form.blockSize),
      };
    },
    arrays(shape, computeType) {
      const [rows = 1, columns = 1] = shape;
      const { codes, blocks } = repackedShapes(form, rows, columns);
      const ofBlocks = elementCount(blocks) * ELEMENT_BYTES[computeType];
      return [elementCount(codes), ofBlocks, ...(form.hasAddends ? [ofBlocks] : [])];
    },
    makesFloats: isDequantized ? 'operator' : 'kernel',
    floatsBlock: form.blockSize,
    addendBlock: form.hasAddends ? form.blockSize : null,
  };
}

/** @param addends [outFeatures, blocks] */
function withAddends(x: Value, product: Value, addends: Value, blocks: number, blockSize: number): Value {
  const { graph } = x;
  const grouped = reshape(x, [0, blocks, blockSize]); // [tokens, blocks, blockSize]
  const sums = graph.node('ReduceSum', [grouped, graph.int64s([2])], { keepdims: 0 }); // [tokens, blocks]
  return graph.node('Gemm', [sums, graph.cast(addends, x.type), product], { transB: 1 });
}

const kernelProduct = (x: Value, { form, ...weight }: BlockWeight, bias: Value | undefined): Value =>
  bitsProduct(x, { ...weight, ...form }, bias);

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
