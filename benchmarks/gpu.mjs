// @ts-check
/**
 * Times denoising at the real model's full dimensions, with random weights, on a GPU: the service in each precision and
 * diffusers, plain and compiled. Prints seconds a forward, TFLOP/s with their share of the card's peak, and peak memory.
 * Needs the built program, the CUDA provider (`npm run setup:cuda`), 60 GB of disk for the checkpoint, and for diffusers a
 * Python with test/reference/requirements.txt and a torch built for CUDA.
 *
 *     node benchmarks/gpu.mjs --peak TFLOPS [--python PYTHON] [options]
 *
 * --peak TFLOPS  the card's dense bfloat16 peak (H100 and H200: 989, A100: 312, L40S: 362, RTX 4090: 165)
 * --service bf16,int4   --diffusers plain,compiled   who takes part; diffusers only with --python
 * --size 1024x1024   --reference 1024   --steps 4   --rounds 3   after one edit that warms up
 * --dimensions published|middle   --checkpoint FOLDER   --device cuda|cpu   smaller ones, to try this script without a GPU
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeRandomCheckpoint } from '../scripts/make-random-checkpoint.mjs';
import { startDiffusers, startOurs } from './support/contestants.mjs';
import { median, tableHead, tableRow, words } from './support/figures.mjs';
import { watchGpuMemory } from './support/gpu-memory.mjs';
import { writePhoto } from './support/photo.mjs';
import { psnr } from './support/psnr.mjs';
import { register } from 'tsx/esm/api';

register();
const { openEditCheckpoint } = await import('../src/engine/open-edit-checkpoint.js');
const { conditionIndex } = await import('../src/engine/pipeline/variants/pipeline-variant.js');
const { conditionSize } = await import('../src/images/condition-size.js');
const { smartResize } = await import('../src/images/smart-resize.js');

const { values: options } = parseArgs({
  options: {
    peak: { type: 'string' },
    python: { type: 'string' },
    service: { type: 'string', default: 'bf16,int4' },
    diffusers: { type: 'string', default: 'plain,compiled' },
    size: { type: 'string', default: '1024x1024' },
    reference: { type: 'string', default: '1024' },
    steps: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    dimensions: { type: 'string', default: 'published' },
    checkpoint: { type: 'string' },
    device: { type: 'string', default: 'cuda' },
  },
});

// Without a GPU most processors would take hours in bfloat16.
const DTYPE = options.device === 'cuda' ? 'bfloat16' : 'float32';
const PROMPT = 'Make the sky red and the grass blue.';
const TERA = 1e12;

/** @typedef {import('./support/contestants.mjs').Contestant} Contestant */
/** @typedef {{ name: string, start: () => Promise<Contestant> }} Entrant */
/** @typedef {{ forward: number, whole: number, bytes: number, tokens: { text: number, image: number } | undefined }} Result */

/** What stands around the picture and the prompt in the template, behind the part that is dropped. */
const TEMPLATE_TOKENS = 7;

/**
 * Tokens of the text stream: the prompt's own, the template's, and those of the picture as the vision tower sees it.
 * @param {import('../src/engine/open-edit-checkpoint.js').EditCheckpoint} checkpoint
 * @param {number} promptTokens
 */
function textTokens({ pipeline, service, preprocessor }, promptTokens) {
  const side = Number(options.reference);
  const { patchSize, mergeSize, minPixels, maxPixels } = preprocessor;
  const factor = patchSize * mergeSize;
  const seen = smartResize(
    conditionSize(service.conditionAreas[conditionIndex(pipeline, 'vision')] ?? 0, { width: side, height: side }),
    factor,
    minPixels,
    maxPixels,
  );
  return promptTokens + TEMPLATE_TOKENS + (seen.width / factor) * (seen.height / factor);
}

/**
 * Floating-point operations of one forward of the whole transformer, as it stands in diffusers: two for each multiplication
 * of a matrix product. Each token of either stream meets 4·d² weights in the attention's projections and 8·d² in the
 * feed-forward; each pair of tokens d multiplications in the scores and d in their sum.
 * @param {{ numLayers: number, innerDim: number }} config
 * @param {number} tokens of the joint sequence
 */
const forwardOperations = ({ numLayers, innerDim }, tokens) =>
  2 * numLayers * (12 * innerDim ** 2 * tokens + 2 * tokens ** 2 * innerDim);

/** @param {string} checkpoint @returns {Entrant[]} */
function entrants(checkpoint) {
  const { python, device } = options;
  const torch = python === undefined ? [] : words(options.diffusers);
  return [
    ...words(options.service).map((precision) => ({
      name: `service ${precision}`,
      start: () => startOurs({ checkpoint, env: { PRECISION: precision, DEVICE_MAP: device } }),
    })),
    ...torch.map((kind) => ({
      name: `diffusers ${kind}`,
      start: () =>
        startDiffusers({ python: python ?? '', checkpoint, dtype: DTYPE, device, compile: kind === 'compiled' }),
    })),
  ];
}

/** @param {Entrant} entrant @param {string} picture @param {string} out @returns {Promise<Result>} */
async function measure(entrant, picture, out) {
  const [width = 1024, height = 1024] = options.size.split('x').map(Number);
  const edit = {
    pictures: [picture],
    prompt: PROMPT,
    trueCfgScale: 4,
    width,
    height,
    steps: Number(options.steps),
    seed: 42,
  };
  const peak = watchGpuMemory();
  const contestant = await entrant.start();
  const { tokens } = await contestant.make(edit, out);
  const times = [];
  for (let round = 0; round < Number(options.rounds); round += 1) times.push(await contestant.make(edit, out));
  await contestant.stop();
  const forward = median(times.map((time) => time.forward));
  console.error(`${entrant.name}: ${forward.toFixed(3)} s a forward`);
  return { forward, whole: median(times.map((time) => time.whole)), bytes: peak(), tokens };
}

/** @param {Map<string, Result>} results @param {string} folder @param {(name: string) => string} outFile */
async function print(results, folder, outFile) {
  const checkpoint = await openEditCheckpoint(folder);
  const counted = [...results.values()].find(({ tokens }) => tokens !== undefined)?.tokens ?? { text: NaN, image: NaN };
  const text = textTokens(checkpoint, counted.text);
  const operations = forwardOperations(checkpoint.transformer.config, text + counted.image);
  const [first = ''] = results.keys();
  console.log(
    `${options.size} from a ${options.reference}×${options.reference} reference, ${options.steps} steps with guidance`,
  );
  console.log(`${text} text and ${counted.image} picture tokens, ${(operations / TERA).toFixed(1)} TFLOP a forward\n`);
  console.log(
    tableHead(['', 's a forward', 'TFLOP/s', 'of the peak', 's an edit', 'GPU memory, GiB', 'dB to the first']),
  );
  for (const [name, { forward, whole, bytes }] of results) {
    const speed = operations / forward / TERA;
    const share = options.peak === undefined ? '' : `${((100 * speed) / Number(options.peak)).toFixed(0)} %`;
    const distance = name === first ? '' : (await psnr(outFile(name), outFile(first))).toFixed(1);
    const cells = [
      forward.toFixed(3),
      speed.toFixed(1),
      share,
      whole.toFixed(2),
      (bytes / 2 ** 30).toFixed(1),
      distance,
    ];
    console.log(tableRow([name, ...cells]));
  }
}

const { dimensions } = options;
if (dimensions !== 'published' && dimensions !== 'middle') throw new Error('--dimensions is published or middle');
const checkpoint = resolve(options.checkpoint ?? join(tmpdir(), `qwen-image-edit-random-${dimensions}`));
if (!existsSync(join(checkpoint, 'model_index.json'))) await makeRandomCheckpoint(checkpoint, dimensions);
const folder = await mkdtemp(join(tmpdir(), 'gpu-'));
try {
  const picture = join(folder, 'reference.png');
  await writePhoto(picture, Number(options.reference));
  const outFile = (/** @type {string} */ name) => join(folder, `${name.replace(' ', '-')}.png`);
  /** @type {Map<string, Result>} */
  const results = new Map();
  for (const entrant of entrants(checkpoint)) {
    results.set(entrant.name, await measure(entrant, picture, outFile(entrant.name)));
  }
  await print(results, checkpoint, outFile);
} finally {
  await rm(folder, { recursive: true });
}
