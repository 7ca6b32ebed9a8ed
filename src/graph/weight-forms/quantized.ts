import { ELEMENT_BYTES } from '../element-type.js';
import type { Value } from '../graph-builder.js';
import { quantizedSize, ZERO_CODE, type LinearFormat } from '../quantization/linear-format.js';
import { bitsProduct } from './bits-product.js';
import type { WeightForm } from './weight-form.js';

/** What a checkpoint's weight is quantized to, which lies in a file of its own. */
export function quantized(format: LinearFormat): WeightForm {
  return {
    declare({ graph, weights, shape: [, inFeatures], rows: outFeatures, name, tensor }) {
      const { location, ...spans } = weights.quantized(name, tensor, format, outFeatures, inFeatures);
      const codes = graph.external({ name, location, ...spans.codes });
      const scales = graph.external({ name: `${name}_scale`, location, ...spans.scales });
      return {
        addsAnything: false,
        product: (x, bias) =>
          format.kind === 'channels'
            ? integerProduct(x, codes, scales, bias)
            : bitsProduct(x, { ...format, inFeatures, outFeatures, codes, scales }, bias),
      };
    },
    bytes([rows = 1, columns = 1], computeType) {
      const { codes, scales } = quantizedSize(format, rows, columns);
      return codes + scales * ELEMENT_BYTES[computeType];
    },
    bytesAtRun: () => 0,
  };
}

/** Rounds x to 8 bits over its whole range, multiplies integers and scales the sums back. */
function integerProduct(x: Value, codes: Value, scales: Value, bias: Value | undefined): Value {
  const inputs = [x, codes, scales, x.graph.uint8(ZERO_CODE[8]), bias];
  return x.graph.node('DynamicQuantizeMatMul', inputs, {}, { domain: 'com.microsoft' });
}
