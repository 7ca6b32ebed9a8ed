// @ts-check
/**
 * Prints what crosses the bus to a GPU and back in one forward of the denoiser: the graph's inputs and outputs, which the
 * binding takes from the host's memory and gives back there.
 *
 *     node benchmarks/bus-traffic.mjs [--checkpoint FOLDER] [--precision bf16] [--gpus 1]
 *                                     [--target 4096] [--references 4096] [--text 1391] [--json]
 *
 * Without --checkpoint a sparse one of the published size; sizes are in tokens. With several GPUs each has as many layers, and
 * what crosses is that of all of them.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import onnxProto from 'onnx-proto';
import { register } from 'tsx/esm/api';
import { makeSparseCheckpoint } from '../scripts/make-sparse-checkpoint.mjs';
import { tableHead, tableRow } from './support/figures.mjs';

register();
const { precisionFormat } = await import('../src/engine/devices/precisions.js');
const { openEditCheckpoint } = await import('../src/engine/open-edit-checkpoint.js');
const { buildDenoiserParts } = await import('../src/graph/checkpoint-graphs.js');

const { values: options } = parseArgs({
  options: {
    checkpoint: { type: 'string' },
    precision: { type: 'string', default: 'bf16' },
    gpus: { type: 'string', default: '1' },
    target: { type: 'string', default: '4096' },
    references: { type: 'string', default: '4096' },
    text: { type: 'string', default: '1391' },
    json: { type: 'boolean', default: false },
  },
});

/** Bytes of an element, by ONNX' number of its type. @type {Record<number, number>} */
const ELEMENT_BYTES = { 1: 4, 4: 2, 6: 4, 7: 8, 9: 1, 10: 2 };

const [target, references, text, gpus] = [options.target, options.references, options.text, options.gpus].map(Number);

/** The graphs' dynamic dimensions by name. */
const tokens = {
  target_tokens: target,
  reference_tokens: references,
  text_tokens: text,
  image_tokens: target + references,
  tokens: target + references + text,
};

/** @param {import('onnx-proto').onnx.IValueInfoProto} value */
function bytesOf({ name, type }) {
  const sides = (type?.tensorType?.shape?.dim ?? []).map(({ dimParam, dimValue }) => {
    const side = dimParam ? tokens[/** @type {keyof typeof tokens} */ (dimParam)] : Number(dimValue);
    if (side === undefined) throw new Error(`${name}: nothing says how much ${dimParam} is`);
    return side;
  });
  const elementBytes = ELEMENT_BYTES[type?.tensorType?.elemType ?? 0];
  if (elementBytes === undefined) throw new Error(`${name}: nothing says how many bytes its elements have`);
  return sides.reduce((product, side) => product * side, elementBytes);
}

/** Bytes by the tensors' names, over all GPUs. @param {string} folder */
async function crossing(folder) {
  const checkpoint = await openEditCheckpoint(folder);
  const precision = /** @type {import('../src/protocol/device-settings.js').Precision} */ (options.precision);
  const { computeType } = precisionFormat(precision, 'cuda');
  const { numLayers } = checkpoint.transformer.config;
  const start = (/** @type {number} */ gpu) => Math.round((gpu * numLayers) / gpus);
  const ranges = Array.from({ length: gpus }, (_, gpu) => ({ first: start(gpu), end: start(gpu + 1) }));
  /** @type {Record<'fed' | 'fetched', Record<string, number>>} */
  const sums = { fed: {}, fetched: {} };
  for (const model of buildDenoiserParts(checkpoint, computeType, ranges)) {
    const { graph } = onnxProto.onnx.ModelProto.decode(model);
    for (const [way, values] of /** @type {const} */ ([
      ['fed', graph?.input],
      ['fetched', graph?.output],
    ])) {
      const sum = sums[way];
      for (const value of values ?? []) sum[value.name ?? ''] = (sum[value.name ?? ''] ?? 0) + bytesOf(value);
    }
  }
  return sums;
}

const folder = options.checkpoint ?? (await mkdtemp(join(tmpdir(), 'bus-traffic-')));
try {
  if (options.checkpoint === undefined) await makeSparseCheckpoint(folder, 'edit');
  const { fed, fetched } = await crossing(folder);
  if (options.json) console.log(JSON.stringify({ fed, fetched }));
  else {
    console.log(tableHead(['tensor', 'MB a forward']));
    for (const [name, bytes] of Object.entries({ ...fed, ...fetched })) {
      console.log(tableRow([name, (bytes / 1e6).toFixed(2)]));
    }
    const all = [...Object.values(fed), ...Object.values(fetched)].reduce((total, bytes) => total + bytes, 0);
    console.log(tableRow(['all', (all / 1e6).toFixed(2)]));
    console.log(`\n${((2 * all) / 1e6).toFixed(1)} MB a step with guidance, which is two forwards`);
  }
} finally {
  if (options.checkpoint === undefined) await rm(folder, { recursive: true });
}
