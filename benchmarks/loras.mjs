// @ts-check
/**
 * What LoRAs cost a forward of the denoiser: some blocks of the published width with random weights, once without LoRAs, and with
 * some of them in the graph, unused and used. Runs take turns, so that a busy machine is as slow for each. Prints medians, and
 * medians of each run's ratio to the run without LoRAs beside it, by the clock and by the processors' time.
 *
 *     node benchmarks/loras.mjs [--precision fp32,int8,int4] [--layers 1] [--heads 24] [--tokens 1024] [--rank 64] [--loras 1] [--runs 15]
 */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { register } from 'tsx/esm/api';
import { median, tableHead, tableRow } from './support/figures.mjs';

register();
const { loraTargets } = await import('../src/checkpoint/lora/lora-targets.js');
const { OnnxSession, floats } = await import('../src/engine/sessions/onnx-session.js');
const { loraInputs } = await import('../src/engine/transformer/lora-inputs.js');
const { ropePositions } = await import('../src/engine/transformer/rope-positions.js');
const { precisionFormat } = await import('../src/engine/devices/precisions.js');
const { GraphBuilder } = await import('../src/graph/graph-builder.js');
const { LoraStacks } = await import('../src/graph/lora/lora-stacks.js');
const { denoiser } = await import('../src/graph/networks/denoiser.js');
const { modulationLength } = await import('../src/graph/networks/modulation-layout.js');
const { linearRecipe } = await import('../src/graph/quantization/linear-recipe.js');
const { QuantizedLayout } = await import('../src/graph/quantization/quantized-layout.js');
const { Weights } = await import('../src/graph/weights.js');

const { values: options } = parseArgs({
  options: {
    precision: { type: 'string', default: 'fp32,int8,int4' },
    layers: { type: 'string', default: '1' },
    heads: { type: 'string', default: '24' },
    tokens: { type: 'string', default: '1024' },
    rank: { type: 'string', default: '64' },
    loras: { type: 'string', default: '1' },
    runs: { type: 'string', default: '15' },
  },
});
const [layers, heads, tokens, rank, loraCount, runs] = [
  options.layers,
  options.heads,
  options.tokens,
  options.rank,
  options.loras,
  options.runs,
].map(Number);
const TEXT_TOKENS = 256;
const HEAD_DIM = 128;
const WEIGHTS = 'weights.bin';
/** Float values of the file that every weight lies in. */
const WEIGHT_COUNT = 6 * (heads * HEAD_DIM) ** 2;

/** @type {import('../src/checkpoint/transformer-config.js').TransformerConfig} */
const config = {
  patchSize: 2,
  inChannels: 64,
  outChannels: 16,
  numLayers: layers,
  attentionHeadDim: HEAD_DIM,
  numAttentionHeads: heads,
  innerDim: heads * HEAD_DIM,
  jointAttentionDim: 3584,
  axesDimsRope: [16, 56, 56],
  zeroCondT: false,
  guidanceEmbeds: false,
};
const targets = loraTargets(config);

/** @param {string} file @param {readonly number[]} shape */
function entry(file, shape) {
  const length = shape.reduce((product, side) => product * side, 4);
  return { name: file, dtype: /** @type {const} */ ('F32'), shape, file, label: file, offset: 0, length };
}

/** Every tensor of the transformer: all lie in one file, at its start. @param {string} name */
function tensorOf(name) {
  const size = targets.get(name.replace(/\.(weight|bias)$/, ''));
  if (size === undefined) return entry(WEIGHTS, [HEAD_DIM]);
  return entry(WEIGHTS, name.endsWith('bias') ? [size.outFeatures] : [size.outFeatures, size.inFeatures]);
}

/** @type {import('../src/checkpoint/tensor-index.js').TensorIndex} */
const index = {
  component: 'transformer',
  label: 'transformer',
  size: 0,
  has: () => true,
  get: tensorOf,
  names: () => new Map().keys(),
  nameInFiles: (name) => name,
};

/** LoRAs on the linear layers of attention and feed-forward, as Lightning's are. */
const loras = Array.from({ length: loraCount }, (_, number) => ({
  name: `lora-${number}`,
  label: WEIGHTS,
  path: WEIGHTS,
  settings: { description: null, defaultScale: 1, defaults: {}, scheduler: null },
  pairs: new Map(
    [...targets]
      .filter(([name]) => /attn|mlp/.test(name))
      .map(([name, { inFeatures, outFeatures }]) => [
        name,
        { down: entry(WEIGHTS, [rank, inFeatures]), up: entry(WEIGHTS, [outFeatures, rank]), rank, scale: 1 / rank },
      ]),
  ),
}));

/** @param {string} path @param {number} bytes @param {(chunk: Buffer) => void} fill */
async function writeFilled(path, bytes, fill) {
  const chunk = Buffer.alloc(1 << 24);
  fill(chunk);
  const file = await open(path, 'w');
  for (let at = 0; at < bytes; at += chunk.length) await file.write(chunk, 0, Math.min(chunk.length, bytes - at), at);
  return file;
}

/** @param {Buffer} chunk */
function smallFloats(chunk) {
  const values = new Float32Array(chunk.buffer, chunk.byteOffset, chunk.length / 4);
  for (let at = 0; at < values.length; at += 1) values[at] = (Math.random() - 0.5) * 0.04;
}

/** @param {string} folder @param {import('../src/graph/quantization/quantized-layout.js').QuantizedLayout} layout */
async function writeQuantized(folder, layout) {
  const bytes = layout.files().get('transformer') ?? 0;
  const random = (/** @type {Buffer} */ chunk) => chunk.forEach((_, at) => (chunk[at] = Math.random() * 256));
  const file = await writeFilled(join(folder, 'transformer.bin'), bytes, random);
  for (const { scales } of layout.weights('transformer')) {
    await file.write(
      Buffer.from(new Float32Array(scales.length / 4).fill(2e-4).buffer),
      0,
      scales.length,
      scales.offset,
    );
  }
  await file.close();
}

/** @param {'fp32' | 'int8' | 'int4'} precision @param {string} folder */
async function sessions(precision, folder) {
  const { quantization, computeType } = precisionFormat(precision, 'cpu');
  const stacks = new LoraStacks(loras, () => WEIGHTS);
  const layout = quantization === undefined ? undefined : new QuantizedLayout(linearRecipe(quantization));
  const models = [undefined, stacks].map((own) => {
    const storage = { locate: () => WEIGHTS, ...(layout && { quantized: layout }), ...(own && { loras: own }) };
    const graph = new GraphBuilder('denoiser', computeType);
    denoiser(graph, new Weights(index, storage), config);
    return graph.encode();
  });
  if (layout !== undefined) await writeQuantized(folder, layout);
  const device = /** @type {const} */ ({ kind: 'cpu', index: 0 });
  const opened = [];
  for (const model of models) {
    const start = performance.now();
    opened.push(await OnnxSession.create(model, { root: folder, device }));
    console.log(`${precision}: loaded in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  }
  return { opened, layouts: stacks.allLayouts() };
}

function inputs() {
  const side = Math.round(Math.sqrt(tokens / 2));
  const grid = { rows: side, columns: side };
  const target = side * side;
  const random = (/** @type {number} */ count) => new Float32Array(count).map(() => Math.random() - 0.5);
  const positions = ropePositions(TEXT_TOKENS, [grid, grid]);
  return {
    latents: floats(random(target * 64), target, 64),
    reference_latents: floats(random(target * 64), target, 64),
    text: floats(random(TEXT_TOKENS * config.innerDim), TEXT_TOKENS, config.innerDim),
    modulation: floats(random(modulationLength(config)), modulationLength(config)),
    positions: { data: positions, shape: [positions.length / 3, 3] },
  };
}

/** @param {() => Promise<unknown>} run */
async function time(run) {
  const [start, before] = [performance.now(), process.cpuUsage()];
  await run();
  const { user, system } = process.cpuUsage(before);
  return { clock: performance.now() - start, processor: (user + system) / 1000 };
}

/** @param {'fp32' | 'int8' | 'int4'} precision @param {string} folder */
async function measure(precision, folder) {
  const { opened, layouts } = await sessions(precision, folder);
  const [plain, extended] = opened;
  const feeds = inputs();
  const used = loraInputs(layouts, [{ name: 'lora-0', scale: 1 }]);
  const all = loraInputs(
    layouts,
    loras.map(({ name }) => ({ name, scale: 1 })),
  );
  /** @type {Record<string, () => Promise<unknown>>} */
  const ways = {
    'no LoRAs': () => plain.run(feeds),
    unused: () => extended.run({ ...feeds, ...loraInputs(layouts, []) }),
    'one used': () => extended.run({ ...feeds, ...used }),
    ...(loras.length > 1 ? { 'all used': () => extended.run({ ...feeds, ...all }) } : {}),
  };
  /** @type {Record<string, { clock: number, processor: number }[]>} */
  const times = Object.fromEntries(Object.keys(ways).map((way) => [way, []]));
  for (const run of Object.values(ways)) await run();
  for (let round = 0; round < runs; round += 1) {
    for (const [way, run] of Object.entries(ways)) times[way]?.push(await time(run));
  }
  const base = times['no LoRAs'] ?? [];
  for (const [way, own] of Object.entries(times)) {
    const ratio = (/** @type {'clock' | 'processor'} */ kind) =>
      median(own.map((each, at) => each[kind] / (base[at]?.[kind] ?? NaN))).toFixed(3);
    const milliseconds = (/** @type {'clock' | 'processor'} */ kind) =>
      median(own.map((each) => each[kind])).toFixed(0);
    console.log(
      tableRow([precision, way, milliseconds('clock'), ratio('clock'), milliseconds('processor'), ratio('processor')]),
    );
  }
  for (const session of opened) await session.release();
}

const folder = await mkdtemp(join(tmpdir(), 'loras-'));
try {
  await (await writeFilled(join(folder, WEIGHTS), WEIGHT_COUNT * 4, smallFloats)).close();
  console.log(
    `${layers} blocks of width ${config.innerDim}, ${tokens} + ${TEXT_TOKENS} tokens, ${loraCount} LoRAs of rank ${rank}\n`,
  );
  for (const precision of /** @type {('fp32' | 'int8' | 'int4')[]} */ (options.precision.split(','))) {
    console.log(tableHead(['precision', 'LoRAs', 'ms', 'ratio', 'processor ms', 'ratio']));
    await measure(precision, folder);
  }
} finally {
  await rm(folder, { recursive: true });
}
