// @ts-check
/**
 * Prints what crosses the bus to a GPU and back in one forward of the denoiser: the graph's inputs and outputs, which the
 * binding takes from the host's memory and gives back there.
 *
 *     node benchmarks/bus-traffic.mjs [--checkpoint FOLDER] [--target 4096] [--references 4096] [--text 1391] [--json]
 *
 * Without --checkpoint a sparse one of the published size; sizes are in tokens.
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
const { openEditCheckpoint } = await import('../src/engine/open-edit-checkpoint.js');
const { buildGraphs } = await import('../src/graph/checkpoint-graphs.js');

const { values: options } = parseArgs({
  options: {
    checkpoint: { type: 'string' },
    target: { type: 'string', default: '4096' },
    references: { type: 'string', default: '4096' },
    text: { type: 'string', default: '1391' },
    json: { type: 'boolean', default: false },
  },
});

/** Bytes of an element, by ONNX' number of its type. @type {Record<number, number>} */
const ELEMENT_BYTES = { 1: 4, 7: 8, 9: 1 };

/** The graph's dynamic dimensions by name. */
const tokens = {
  target_tokens: Number(options.target),
  reference_tokens: Number(options.references),
  text_tokens: Number(options.text),
  tokens: Number(options.target) + Number(options.references) + Number(options.text),
};

/** @param {string} folder */
async function crossing(folder) {
  const { models } = buildGraphs(await openEditCheckpoint(folder), 'bfloat16');
  const { graph } = onnxProto.onnx.ModelProto.decode(models.denoiser);
  const bytesOf = (/** @type {import('onnx-proto').onnx.IValueInfoProto} */ { name, type }) => {
    const sides = (type?.tensorType?.shape?.dim ?? []).map(({ dimParam, dimValue }) => {
      const side = dimParam ? tokens[/** @type {keyof typeof tokens} */ (dimParam)] : Number(dimValue);
      if (side === undefined) throw new Error(`${name}: nothing says how much ${dimParam} is`);
      return side;
    });
    return sides.reduce((product, side) => product * side, ELEMENT_BYTES[type?.tensorType?.elemType ?? 0] ?? NaN);
  };
  const sum = (/** @type {readonly import('onnx-proto').onnx.IValueInfoProto[]} */ values) =>
    Object.fromEntries(values.map((value) => [value.name ?? '', bytesOf(value)]));
  return { fed: sum(graph?.input ?? []), fetched: sum(graph?.output ?? []) };
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
