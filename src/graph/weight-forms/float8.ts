import { elementCount } from '../element-type.js';
import { unfolded } from '../ops.js';
import { storedValue } from '../stored-value.js';
import type { WeightForm } from './weight-form.js';

/** 8-bit floats, as the file has them: they are cast, exactly, when the layer runs. The scale of all of them is the product's. */
export const FLOAT8: WeightForm = {
  declare({ graph, weights, shape: [outFeatures, inFeatures], rows, ...found }) {
    const shape = [rows, inFeatures];
    const stored = storedValue(graph, weights, found, shape, { rows, of: outFeatures });
    const scale = found.tensor.scale ?? 1;
    return {
      addsAnything: true,
      product(x, bias) {
        const weight = graph.cast(unfolded(stored, shape, x), x.type);
        const inputs = bias === undefined ? [x, weight] : [x, weight, bias];
        return graph.node('Gemm', inputs, { transB: 1, alpha: { float: scale } });
      },
    };
  },
  arrays: (shape) => [elementCount(shape)],
  makesFloats: 'operator',
  floatsBlock: null,
  addendBlock: null,
};
