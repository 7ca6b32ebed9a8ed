import { ELEMENT_BYTES, elementCount } from '../element-type.js';
import { parameterValue } from '../stored-value.js';
import type { WeightForm } from './weight-form.js';

/** Floats of the compute type. Gemm takes PyTorch's [out, in] weight as it lies in the file. */
export const FLOATS: WeightForm = {
  declare({ graph, weights, shape: [outFeatures, inFeatures], rows, ...found }) {
    const weight = parameterValue(graph, weights, found, [rows, inFeatures], { rows, of: outFeatures });
    return {
      addsAnything: true,
      product: (x, bias) => graph.node('Gemm', bias === undefined ? [x, weight] : [x, weight, bias], { transB: 1 }),
    };
  },
  arrays: (shape, computeType) => [elementCount(shape) * ELEMENT_BYTES[computeType]],
  makesFloats: null,
  floatsBlock: null,
  addendBlock: null,
};
