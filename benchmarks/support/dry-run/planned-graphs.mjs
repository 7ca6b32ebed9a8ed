// @ts-check
/** A plan's graphs on the GPUs that it is for, with weights that are holes in files: as the engine places them. */
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { register } from 'tsx/esm/api';

register();
const { commonFolder, relativePosix } = await import('../../../src/checkpoint/common-folder.js');
const { precisionFormat } = await import('../../../src/engine/devices/precisions.js');
const { buildParts, withLoras } = await import('../../../src/engine/sessions/checkpoint-models.js');
const { placeSessions } = await import('../../../src/engine/sessions/checkpoint-sessions.js');
const { linearRecipe, sensitiveBytes } = await import('../../../src/graph/quantization/linear-recipe.js');
const { QuantizedLayout, quantizedFile } = await import('../../../src/graph/quantization/quantized-layout.js');
const { REPACKED_FILE, RepackedLayout } = await import('../../../src/graph/quantization/repacked-layout.js');

/** @typedef {import('../../../src/engine/open-edit-checkpoint.js').EditCheckpoint} EditCheckpoint */
/** @typedef {import('../../../src/engine/devices/device-plan.js').DevicePlan} DevicePlan */
/** @typedef {import('../../../src/graph/weights.js').WeightStorage} WeightStorage */
/** @typedef {import('../../../src/graph/quantization/linear-recipe.js').Quantization} Quantization */
/** @typedef {import('../../../src/graph/quantization/quantized-layout.js').LinearWeight} LinearWeight */

/**
 * Loads what the plan keeps in memory.
 * @param {EditCheckpoint} checkpoint whose weights aren't read
 * @param {DevicePlan} plan
 * @param {string} folder for files of quantized and repacked weights
 */
export async function openPlanned(checkpoint, plan, folder) {
  const beside = checkpoint.loras.loras.map(({ path }) => path);
  const root = commonFolder([join(checkpoint.root, 'file'), join(folder, 'file'), ...beside]);
  const storage = withLoras(holes(checkpoint, plan, root, folder), checkpoint, root);
  const { models, loraLayouts } = buildParts(checkpoint, plan, storage);
  const sessions = await placeSessions(checkpoint, plan, { models, root }, () => undefined, null);
  return { ...sessions, loraLayouts };
}

/**
 * Where the weights lie: the checkpoint's own in its files; what the engine would quantize or repack in files of holes.
 * @param {EditCheckpoint} checkpoint @param {DevicePlan} plan @param {string} root @param {string} folder
 * @returns {WeightStorage}
 */
function holes(checkpoint, plan, root, folder) {
  const below = relativePosix(root, checkpoint.root);
  const place = relativePosix(root, folder);
  const repacked = new RepackedLayout(place);
  /** @type {WeightStorage} */
  const stored = { locate: ({ file }) => (below === '' ? file : `${below}/${file}`), repacked };
  const { quantization } = precisionFormat(plan.precision, plan.kind);
  const quantized =
    quantization === undefined ? {} : { quantized: quantizedHoles(checkpoint, plan, quantization, place) };
  const storage = { ...stored, ...quantized };
  buildParts(checkpoint, plan, storage);
  writeHole(join(folder, REPACKED_FILE), repacked.bytes);
  for (const [component, bytes] of storage.quantized?.files() ?? []) {
    writeHole(join(folder, quantizedFile(component)), bytes);
  }
  return storage;
}

/**
 * @param {EditCheckpoint} checkpoint @param {DevicePlan} plan @param {Quantization} quantization
 * @param {string} place of the files, seen from the sessions' folder
 */
function quantizedHoles(checkpoint, plan, quantization, place) {
  const asked = new QuantizedLayout(linearRecipe(quantization), place);
  buildParts(checkpoint, plan, { locate: ({ file }) => file, quantized: asked });
  return new QuantizedLayout(linearRecipe(quantization, asManySensitive(asked.weights('transformer'))), place);
}

/**
 * Which weights are sensitive depends on their values; here there are as many as there may be, spread evenly.
 * @param {readonly LinearWeight[]} weights
 */
function asManySensitive(weights) {
  /** @param {LinearWeight} weight */
  const parameters = ({ rows, columns }) => rows * columns;
  /** @param {LinearWeight} weight */
  const isFourBits = ({ format }) => format.kind === 'blocks' && format.bits === 4;
  /** @param {LinearWeight} weight */
  const addedBytes = (weight) => parameters(weight) * (isFourBits(weight) ? 0.5 : 1);
  /** @param {(weight: LinearWeight) => number} of */
  const sum = (of) => weights.reduce((total, weight) => total + of(weight), 0);
  const share = Math.min(1, sensitiveBytes(sum(parameters)) / sum(addedBytes));
  /** @type {{ kept: string[], finer: string[] }} */
  const sensitive = { kept: [], finer: [] };
  let due = 0;
  for (const weight of weights) {
    due += share * addedBytes(weight);
    if (due < addedBytes(weight)) continue;
    due -= addedBytes(weight);
    sensitive[isFourBits(weight) ? 'finer' : 'kept'].push(weight.name);
  }
  return sensitive;
}

/** @param {string} path @param {number} bytes */
function writeHole(path, bytes) {
  writeFileSync(path, '');
  truncateSync(path, bytes);
}
