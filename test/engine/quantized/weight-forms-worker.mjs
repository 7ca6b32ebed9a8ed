// @ts-check
/**
 * Rounds random weights as GPUs have them and multiplies with them in float32 on the CPU, by the operators that GPUs have; prints
 * for each form how far the products are from those with the codes' and scales' own values, as JSON. In a process of its own:
 * jest's realms have typed arrays that the runtime refuses.
 *
 *     node weight-forms-worker.mjs FOLDER     (for the weights' files)
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { register } from 'tsx/esm/api';

register();
const { OnnxSession, floats } = await import('../../../src/engine/sessions/onnx-session.js');
const { roundWeight } = await import('../../../src/engine/quantized/round-weight.js');
const { RoundingKernels } = await import('../../../src/engine/quantized/rounding-kernels.js');
const { torchRandn } = await import('../../../src/engine/random/torch-randn.js');
const { GraphBuilder } = await import('../../../src/graph/graph-builder.js');
const { finerFormat, linearRecipe } = await import('../../../src/graph/quantization/linear-recipe.js');
const { QuantizedLayout, quantizedFile } = await import('../../../src/graph/quantization/quantized-layout.js');
const { formOfWeight } = await import('../../../src/graph/weight-forms/form-of-weight.js');
const { relativeError } = await import('../../support/compare.js');
const { roundPlainly } = await import('../../support/plain-rounding.js');

/** @typedef {import('../../../src/graph/quantization/linear-format.js').LinearFormat} LinearFormat */

const [folder = ''] = process.argv.slice(2);
const TOKENS = 20;
const ROWS = 24;
const kernels = new RoundingKernels();

/** @param {LinearFormat | undefined} format @param {number} columns */
async function errorOf(format, columns) {
  if (format === undefined) throw new Error('These weights are not quantized');
  const values = torchRandn(columns, ROWS * columns);
  const x = torchRandn(columns + 1, TOKENS * columns);
  const bias = torchRandn(columns + 2, ROWS);
  const tensor = {
    name: 'weight',
    label: 'a',
    file: 'stored',
    dtype: /** @type {const} */ ('F32'),
    shape: [ROWS, columns],
    offset: 0,
    length: values.byteLength,
  };
  const layout = new QuantizedLayout(() => format);
  const placed = layout.place({ component: 'transformer', name: 'weight', tensor, format, rows: ROWS, columns });
  writeFileSync(join(folder, 'stored'), values);
  const path = join(folder, quantizedFile('transformer'));
  writeFileSync(path, new Uint8Array(layout.files().get('transformer') ?? 0));
  const stored = {
    path: join(folder, 'stored'),
    offset: 0,
    dtype: tensor.dtype,
    rowBytes: 4 * columns,
    label: 'a weight',
  };
  const to = { path, codes: placed.codes.offset, scales: placed.scales.offset };
  roundWeight(kernels, { kind: 'round', stored, rows: ROWS, columns, format, isMeasured: false, to });

  const graph = new GraphBuilder('layer', 'float32');
  const weights = /** @type {import('../../../src/graph/weights.js').Weights} */ (
    /** @type {unknown} */ ({ quantized: () => placed })
  );
  const source = { graph, weights, name: 'weight', tensor, type: /** @type {const} */ ('float32'), rows: ROWS };
  const weight = formOfWeight(tensor, 'float32', format).declare({ ...source, shape: [ROWS, columns] });
  const product = weight.product(
    graph.input('x', 'float32', ['tokens', columns]),
    graph.input('bias', 'float32', [ROWS]),
  );
  graph.output('y', product, ['tokens', ROWS]);
  const session = await OnnxSession.create(graph.encode(), { root: folder, device: { kind: 'cpu', index: 0 } });
  const { data } = await session.run({ x: floats(x, TOKENS, columns), bias: floats(bias, ROWS) });

  const { restored } = roundPlainly(values, columns, format);
  const expected = Array.from({ length: TOKENS * ROWS }, (_, at) => {
    const [token, row] = [Math.floor(at / ROWS), at % ROWS];
    let sum = bias[row] ?? NaN;
    for (let column = 0; column < columns; column += 1) {
      sum += (x[token * columns + column] ?? NaN) * (restored[row * columns + column] ?? NaN);
    }
    return sum;
  });
  return relativeError(data, expected);
}

const FORMATS = {
  int8: linearRecipe('int8-bfloat16')('denoiser', 'weight'),
  int4: linearRecipe('int4-bfloat16')('denoiser', 'weight'),
  "int4's modulation": linearRecipe('int4-bfloat16')('modulation', 'weight'),
  "int4's sensitive ones": finerFormat('int4-bfloat16'),
};
/** @type {Record<string, number[]>} */
const errors = {};
for (const [name, format] of Object.entries(FORMATS)) {
  errors[name] = [await errorOf(format, 256), await errorOf(format, 70)];
}
console.log(JSON.stringify(errors));
