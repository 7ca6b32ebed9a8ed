// @ts-check
/**
 * Writes a checkpoint of the published layout with random weights of a sane loudness, in bfloat16, for measurements:
 *
 *     node scripts/make-random-checkpoint.mjs FOLDER [--size middle|published] [--release edit|2509|2511]
 *
 * `middle` (0.7 GB): 0.23 billion transformer parameters (6 blocks, 8 heads of 128), the published VAE's dimensions, a small
 * text encoder. `published` (57.7 GB): the published dimensions throughout. The same size gives the same bytes.
 */
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { copyPublished, expandLayers, readPublished, writeJson, writeShards } from './make-sparse-checkpoint.mjs';
import { pipelineIndex, publishedRelease, RELEASE_NAMES } from './support/published-releases.mjs';
import { drawNormals, toBfloat16 } from './support/random-normals.mjs';

const MINIATURE = new URL('../models/mini/', import.meta.url);
/** Values written at once. */
const CHUNK = 2 ** 22;

/** @typedef {'transformer' | 'text_encoder' | 'vae'} Component */
/** @typedef {Record<string, any>} Config */

/**
 * What the middle size changes: configs, and for each of the published numbers that name a width what stands there
 * instead.
 */
const MIDDLE = {
  /** @type {Config} */
  transformer: { num_attention_heads: 8, num_layers: 6, joint_attention_dim: 512 },
  /** @type {Config} */
  textEncoder: {
    hidden_size: 512,
    intermediate_size: 1536,
    num_hidden_layers: 4,
    num_attention_heads: 8,
    num_key_value_heads: 2,
    rope_scaling: { mrope_section: [8, 12, 12], rope_type: 'default', type: 'default' },
  },
  /** @type {Config} */
  vision: {
    depth: 4,
    fullatt_block_indexes: [3],
    hidden_size: 320,
    intermediate_size: 864,
    num_heads: 4,
    out_hidden_size: 512,
  },
};

/** @param {Config} miniature the miniature's text encoder config: its tokenizer is taken over */
const middleWidths = (miniature) => ({
  transformer: new Map([
    [3072, 1024],
    [6144, 2 * 1024],
    [12288, 4 * 1024],
    [18432, 6 * 1024],
    [3584, 512],
  ]),
  visual: new Map([
    [1280, 320],
    [3840, 3 * 320],
    [5120, 4 * 320],
    [3420, 864],
    [3584, 512],
  ]),
  language: new Map([
    [3584, 512],
    [512, 128],
    [18944, 1536],
    [152064, miniature['text_config']['vocab_size']],
  ]),
});

/**
 * Standard deviations over 1/√(fan in): gates, norms and attention well away from trivial, values that stay within the
 * range of those of a trained model. The first that is found in a name counts.
 * @type {[string, number][]}
 */
const GAINS = [
  ['encoder.conv_out', 2],
  ['decoder.conv_out', 0.6],
  ['_mod.1', 0.8],
  ['proj_out', 1.2],
  ['to_out', 1.2],
  ['q_proj', 1.4],
  ['k_proj', 1.4],
  ['attn.qkv', 1.4],
];

/** @typedef {import('./make-sparse-checkpoint.mjs').Tensor} Tensor */
/**
 * Writes a component's tensors into its folder, in files whose names begin with `stem`.
 * @typedef {(component: Component, folder: string, stem: string, tensors: Tensor[]) => Promise<void>} WriteTensors
 */

/** @type {WriteTensors} */
export const writeRandomShards = (_, folder, stem, tensors) => writeShards(folder, stem, tensors, writeRandom);

/**
 * @param {string} folder is made, or overwritten
 * @param {'middle' | 'published'} size
 * @param {{ release?: string, writeTensors?: WriteTensors }} [options] `release`: whose form it has
 */
export async function makeRandomCheckpoint(folder, size, { release = 'edit', writeTensors = writeRandomShards } = {}) {
  const form = publishedRelease(release);
  await mkdir(folder, { recursive: true });
  const miniature = JSON.parse(await readFile(new URL('text_encoder/config.json', MINIATURE), 'utf8'));
  const isMiddle = size === 'middle';
  await writeJson(join(folder, 'model_index.json'), pipelineIndex(form));
  await copyPublished('scheduler_config.json', join(folder, 'scheduler/scheduler_config.json'));
  for (const part of ['processor', 'tokenizer']) {
    await cp(new URL(part, MINIATURE), join(folder, part), { recursive: true });
  }
  await copyPublished('preprocessor_config.json', join(folder, 'processor/preprocessor_config.json'));
  const configs = await publishedConfigs();
  Object.assign(configs.transformer, form.transformer);
  Object.assign(configs.text_encoder, tokenIds(miniature));
  if (isMiddle) {
    Object.assign(configs.transformer, MIDDLE.transformer);
    Object.assign(configs.text_encoder, MIDDLE.textEncoder, { vocab_size: miniature.text_config.vocab_size });
    Object.assign(configs.text_encoder['vision_config'], MIDDLE.vision);
  }
  const widths = middleWidths(miniature);
  /** @type {Record<Component, [string, number[]][]>} */
  const published = JSON.parse(await readPublished('tensors.json'));
  for (const component of /** @type {Component[]} */ (['transformer', 'text_encoder', 'vae'])) {
    await writeJson(join(folder, component, 'config.json'), configs[component]);
    const stem = component === 'text_encoder' ? 'model' : 'diffusion_pytorch_model';
    const tensors = isMiddle ? shrink(component, published[component], widths) : published[component];
    await rm(join(folder, component, `${stem}.safetensors.index.json`), { force: true });
    await writeTensors(component, join(folder, component), stem, expandLayers(tensors));
  }
}

/** @returns {Promise<Record<Component, Config>>} */
async function publishedConfigs() {
  const read = async (/** @type {Component} */ name) => JSON.parse(await readPublished(`${name}.config.json`));
  return { transformer: await read('transformer'), text_encoder: await read('text_encoder'), vae: await read('vae') };
}

/** The special tokens' ids of the miniature's tokenizer. @param {Config} miniature */
function tokenIds(miniature) {
  const { image_token_id, video_token_id, vision_start_token_id, vision_end_token_id, text_config } = miniature;
  const { bos_token_id, eos_token_id } = text_config;
  return { image_token_id, video_token_id, vision_start_token_id, vision_end_token_id, bos_token_id, eos_token_id };
}

/**
 * The published tensors at the middle size: fewer layers, other widths.
 * @param {Component} component
 * @param {[string, number[]][]} tensors
 * @param {ReturnType<typeof middleWidths>} widths
 * @returns {[string, number[]][]}
 */
function shrink(component, tensors, widths) {
  if (component === 'vae') return tensors;
  return tensors.map(([name, shape]) => {
    const isVisual = name.startsWith('visual.');
    const layers =
      component === 'transformer'
        ? MIDDLE.transformer['num_layers']
        : isVisual
          ? MIDDLE.vision['depth']
          : MIDDLE.textEncoder['num_hidden_layers'];
    const map = component === 'transformer' ? widths.transformer : isVisual ? widths.visual : widths.language;
    return [name.replace(/\{0\.\.\d+\}/, `{0..${layers - 1}}`), shape.map((side) => map.get(side) ?? side)];
  });
}

/** @type {import('./make-sparse-checkpoint.mjs').WriteValues} */
export async function writeRandom(file, { name, shape }, position) {
  const count = shape.reduce((product, side) => product * side, 1);
  const { mean, deviation } = distribution(name, shape);
  const draw = drawNormals(name);
  const table = (/** @type {number} */ normal) => toBfloat16(mean + deviation * normal);
  for (let done = 0; done < count; done += CHUNK) {
    const values = draw(Math.min(CHUNK, count - done), table);
    await file.write(new Uint8Array(values.buffer), 0, values.byteLength, position + 2 * done);
  }
}

/**
 * What a tensor's values are drawn from.
 * @param {string} name
 * @param {number[]} shape
 */
export function distribution(name, shape) {
  const isNorm = /gamma$|norm|ln_q/.test(name) && !/linear|bias$/.test(name);
  if (isNorm) return { mean: 1, deviation: 0.2 };
  if (name.endsWith('bias')) return { mean: 0, deviation: 0.1 };
  if (/embed_tokens|lm_head/.test(name)) return { mean: 0, deviation: 1 };
  const gain = GAINS.find(([part]) => name.includes(part))?.[1] ?? 1.1;
  return { mean: 0, deviation: gain / Math.sqrt(fanIn(shape)) };
}

/** One frame meets only the last slice in time of a causal kernel. @param {number[]} shape */
function fanIn(shape) {
  const [, channels = 1, ...kernel] = shape;
  const seen = kernel.length === 3 && channels > 3 ? kernel.slice(1) : kernel;
  return seen.reduce((product, side) => product * side, channels);
}

async function main() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { size: { type: 'string', default: 'middle' }, release: { type: 'string', default: 'edit' } },
  });
  const [folder] = positionals;
  if (folder === undefined || (values.size !== 'middle' && values.size !== 'published')) {
    console.error(
      `usage: node scripts/make-random-checkpoint.mjs FOLDER [--size middle|published] [--release ${RELEASE_NAMES}]`,
    );
    process.exitCode = 1;
    return;
  }
  await makeRandomCheckpoint(resolve(folder), values.size, { release: values.release });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main();
}
