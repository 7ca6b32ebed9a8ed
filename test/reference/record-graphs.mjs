// @ts-check
/**
 * Runs the stages of a tiny checkpoint's goldens in float32 on the CPU and writes what goes into each graph and comes out of it,
 * and the graphs that a GPU would run, for bfloat16_errors.py.
 *
 *     node test/reference/record-graphs.mjs CHECKPOINT FOLDER
 *
 * CHECKPOINT is one of test/fixtures/checkpoints by its name. FOLDER gets runs/STAGE.NUMBER.safetensors, a file each run of a
 * graph, with tensors in.NAME and out.NAME and in its metadata what diffusers needs to know (grids), and fp32, bf16, int8 and
 * int4 with the graphs as `npm run export -- --device cuda` writes them.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { register } from 'tsx/esm/api';

register();
const { openEditCheckpoint } = await import('../../src/engine/open-edit-checkpoint.js');
const { planCheckpoint } = await import('../../src/engine/devices/plan-checkpoint.js');
const { precisionFormat } = await import('../../src/engine/devices/precisions.js');
const { loadEditModel } = await import('../../src/engine/edit-model.js');
const { torchRandn } = await import('../../src/engine/random/torch-randn.js');
const { OnnxSession } = await import('../../src/engine/sessions/onnx-session.js');
const { exportCheckpoint } = await import('../../src/export/export-checkpoint.js');
const { OWN_TRANSFORMER } = await import('../../src/protocol/transformer-source.js');
const { checkpointFolder, goldenFile, manifest } = await import('../support/fixtures.js');
const { goldenFloats, readSafetensors } = await import('../support/safetensors.js');

/** How many latents each of the denoiser's cases is run with. */
const LATENTS = 4;

const [name = '', folder = ''] = process.argv.slice(2);
const runs = join(folder, 'runs');
mkdirSync(runs, { recursive: true });

/** @typedef {import('../../src/engine/sessions/onnx-session.js').InputTensor} InputTensor */
/** @typedef {{ dtype: string, shape: readonly number[], data: InputTensor['data'] }} Stored */

/** @type {Record<string, string>} */
let described = {};
let count = 0;

const DTYPES = { Float32Array: 'F32', Int32Array: 'I32', BigInt64Array: 'I64', Uint8Array: 'U8' };

/** @param {string} path @param {Record<string, InputTensor>} tensors @param {Record<string, string>} metadata */
function writeSafetensors(path, tensors, metadata) {
  let at = 0;
  const entries = Object.entries(tensors).map(([key, { data, shape }]) => {
    const dtype = DTYPES[/** @type {keyof typeof DTYPES} */ (data.constructor.name)];
    return [key, { dtype, shape, data_offsets: [at, (at += data.byteLength)] }];
  });
  const text = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) });
  const header = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const bodies = Object.values(tensors).map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  writeFileSync(path, Buffer.concat([length, header, ...bodies]));
}

/** Every graph that is loaded from here on writes down its runs. */
function recordSessions() {
  const create = OnnxSession.create.bind(OnnxSession);
  OnnxSession.create = async (model, options) => {
    const session = await create(model, options);
    const stage = /** @type {import('../../src/engine/sessions/placed-sessions.js').PlacedModel} */ (
      /** @type {unknown} */ (options)
    ).name;
    const runAll = session.runAll.bind(session);
    session.runAll = async (inputs) => {
      const outputs = await runAll(inputs);
      const tensors = [
        ...Object.entries(inputs).map(([key, tensor]) => [`in.${key}`, tensor]),
        ...Object.entries(outputs).map(([key, tensor]) => [`out.${key}`, tensor]),
      ];
      writeSafetensors(join(runs, `${stage}.${count++}.safetensors`), Object.fromEntries(tensors), described);
      return outputs;
    };
    return session;
  };
}

/** A picture as it is and turned upside down, mirrored and both: four of one size. @param {string} file */
async function readImages(file) {
  const turned = [sharp(file), sharp(file).flip(), sharp(file).flop(), sharp(file).rotate(180)];
  return Promise.all(
    turned.map(async (picture) => {
      const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
      return { width: info.width, height: info.height, data };
    }),
  );
}

async function runStages() {
  const checkpoint = await openEditCheckpoint(checkpointFolder(name));
  const request = /** @type {const} */ ({
    deviceMap: 'cpu',
    precision: 'fp32',
    outputPixels: checkpoint.service.nativeArea,
    maxReferences: 4,
  });
  const cache = { folder: '', maxBytes: 0 };
  const { plan } = await planCheckpoint(checkpoint, request);
  const model = await loadEditModel(checkpoint, plan, cache);
  const cases = manifest(name);
  const loras = model.transformer.loraInputs([]);
  for (const item of cases.text) {
    const features = [];
    for (const [index, file] of item.condition_pictures.entries()) {
      described = { grid: JSON.stringify(item.grids[index]) };
      const seen = [];
      for (const picture of await readImages(goldenFile(name, file))) {
        seen.push(await model.textEncoder.encodeImage(picture));
        await model.vae.decode(await model.vae.encode(picture));
      }
      features.push(...seen.slice(0, 1));
    }
    await model.textEncoder.encodePrompts([item.prompt], features);
  }
  const text = readSafetensors(goldenFile(name, 'text.safetensors'));
  const denoiser = readSafetensors(goldenFile(name, 'denoiser.safetensors'));
  for (const item of cases.denoiser) {
    const grids = [item.target_tokens, ...item.reference_tokens];
    described = { grids: JSON.stringify(grids), sigma: String(item.sigma) };
    const embeddings = `${item.text_case}.prompt_embeddings`;
    const prompt = { data: goldenFloats(text, embeddings), tokens: text.get(embeddings)?.shape[0] ?? 0 };
    const tokenGrids = grids.map(([rows, columns]) => ({ rows, columns }));
    const conditioning = await model.transformer.condition(prompt, tokenGrids, loras);
    const modulation = await model.transformer.modulation(Float32Array.of(item.sigma), loras).at(0);
    const { length } = goldenFloats(denoiser, `${item.name}.latents`);
    const tokens = grids.reduce((sum, [rows, columns]) => sum + rows * columns, 0);
    const end = (length / tokens) * item.target_tokens[0] * item.target_tokens[1];
    for (let seed = 0; seed < LATENTS; seed += 1) {
      const all = torchRandn(seed, length);
      const references = model.transformer.references(all.slice(end));
      await model.transformer.velocity(all.slice(0, end), references, modulation, conditioning);
    }
  }
  await model.release();
}

async function exportGraphs() {
  const cache = { folder: join(folder, 'cache'), maxBytes: 1e9 };
  for (const precision of /** @type {const} */ (['fp32', 'bf16', 'int8', 'int4'])) {
    const options = { modelDir: checkpointFolder(name), transformer: OWN_TRANSFORMER, out: join(folder, precision) };
    await exportCheckpoint({ ...options, cache, copies: true, ...precisionFormat(precision, 'cuda') }, () => {});
  }
}

recordSessions();
await runStages();
await exportGraphs();
