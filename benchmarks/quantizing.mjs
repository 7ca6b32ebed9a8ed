// @ts-check
/**
 * Quantizes a checkpoint again and again, and repacks a GGUF file's blocks, and prints weights a second by format and threads, and
 * what follows for the published dimensions. Needs the built program in dist/.
 *
 *     node benchmarks/quantizing.mjs [options]
 *
 * --checkpoint FOLDER   made with random weights where there is none (0.7 GB; default: a folder in /tmp)
 * --gguf FOLDER   one with a transformer in Q4_0, made in the same way (0.3 GB)
 * --formats int4-blocks,int8-dynamic,int4-bfloat16,int8-bfloat16,gguf   --threads 1,2   --rounds 3
 * --before FOLDER   a checkout of an older commit with its node_modules, measured in turn; its files must be the same
 *
 * Wall time counts all: the name made from the content, both layouts, threads that start, the sync to the disk. So the best of the
 * rounds is printed, and what the processors did in it: on a machine that does other work only that says anything.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { register } from 'tsx/esm/api';
import { makeRandomCheckpoint } from '../scripts/make-random-checkpoint.mjs';
import { makeRandomGguf } from '../scripts/make-random-gguf.mjs';
import { makeSparseCheckpoint } from '../scripts/make-sparse-checkpoint.mjs';
import { numbers, tableHead, tableRow, words } from './support/figures.mjs';

register();

/** The format of GGUF files, whose blocks are repacked. */
const REPACKING = 'gguf';

const { values: options } = parseArgs({
  options: {
    checkpoint: { type: 'string', default: join(tmpdir(), 'qwen-image-edit-random-middle') },
    gguf: { type: 'string', default: join(tmpdir(), 'qwen-image-edit-random-middle-Q4_0') },
    formats: { type: 'string', default: `int4-blocks,int8-dynamic,int4-bfloat16,int8-bfloat16,${REPACKING}` },
    threads: { type: 'string', default: [...new Set([1, availableParallelism()])].join() },
    rounds: { type: 'string', default: '3' },
    before: { type: 'string' },
  },
});

/** Of a server that the published checkpoint is quantized on. */
const CORES = 16;
const ROOT = join(import.meta.dirname, '..');

/** @typedef {import('../src/graph/quantization/linear-recipe.js').Quantization} Quantization */
/** @typedef {Quantization | typeof REPACKING} Format */
/** @typedef {import('../src/graph/weights.js').WeightStorage} WeightStorage */
/** @typedef {{ seconds: number, cpuSeconds: number, weights: number, hashes: string }} Run */
/** What of a checkout quantizes. @typedef {Awaited<ReturnType<typeof openProgram>>} Program */

/** @param {string} tree */
async function openProgram(tree) {
  const load = (/** @type {string} */ path) => import(pathToFileURL(join(tree, 'src', path)).href);
  return {
    /** @type {typeof import('../src/engine/open-edit-checkpoint.js')} */
    ...(await load('engine/open-edit-checkpoint.ts')),
    /** @type {typeof import('../src/graph/checkpoint-graphs.js')} */
    ...(await load('graph/checkpoint-graphs.ts')),
    /** @type {typeof import('../src/engine/quantized/quantized-weights.js')} */
    ...(await load('engine/quantized/quantized-weights.ts')),
    /** @type {typeof import('../src/engine/repacked/repacked-weights.js')} */
    ...(await load('engine/repacked/repacked-weights.ts')),
    /** @type {typeof import('../src/engine/quantized/quantized-cache.js')} */
    ...(await load('engine/quantized/quantized-cache.ts')),
  };
}

/**
 * @param {Program} program
 * @param {Format} format
 * @param {number} threads
 * @returns {Promise<Run>}
 */
async function quantize(program, format, threads) {
  const checkpoint = await program.openEditCheckpoint(format === REPACKING ? options.gguf : options.checkpoint);
  const folder = await mkdtemp(join(tmpdir(), 'quantizing-'));
  const build = (/** @type {WeightStorage} */ storage) => void program.buildGraphs(checkpoint, 'float32', storage);
  try {
    const cache = new program.QuantizedCache({ folder, maxBytes: Infinity });
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    const made =
      format === REPACKING
        ? await repack(program, checkpoint, cache, build, threads)
        : await program
            .quantizedWeights(checkpoint, format, cache, build, undefined, { threadCount: threads })
            .then((quantized) => ({ folder: quantized.folder, weights: countWeights(quantized.storage.quantized) }));
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    return {
      seconds,
      cpuSeconds: (user + system) / 1e6,
      weights: made.weights,
      hashes: await hashFiles(made.folder),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/**
 * @param {Program} program
 * @param {Awaited<ReturnType<Program['openEditCheckpoint']>>} checkpoint
 * @param {InstanceType<Program['QuantizedCache']>} cache
 * @param {(storage: WeightStorage) => void} build
 * @param {number} threadCount
 */
async function repack(program, checkpoint, cache, build, threadCount) {
  const onWeight = () => undefined;
  const made = await program.repackedWeights(checkpoint, 'float32', cache, build, onWeight, { threadCount });
  if (made === undefined) throw new Error(`${options.gguf} has no tensors of GGUF types`);
  const weights = made.layout.tensors().reduce((sum, { rows, columns }) => sum + rows * columns, 0);
  return { folder: made.folder, weights };
}

/** @param {QuantizedLayout | undefined} layout */
function countWeights(layout) {
  const weights = [...(layout?.files().keys() ?? [])].flatMap((component) => layout?.weights(component) ?? []);
  return weights.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
}

/** @param {string} folder */
async function hashFiles(folder) {
  const hash = createHash('sha256');
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.bin')).sort()) {
    for await (const chunk of createReadStream(join(folder, name), { highWaterMark: 2 ** 22 })) hash.update(chunk);
  }
  return hash.digest('hex');
}

/** Weights that the published dimensions have to be quantized. @param {Program} program */
async function publishedWeights(program) {
  const folder = await mkdtemp(join(tmpdir(), 'published-'));
  try {
    await makeSparseCheckpoint(folder);
    const checkpoint = await program.openEditCheckpoint(folder);
    const { QuantizedLayout } = await import('../src/graph/quantization/quantized-layout.js');
    const { linearRecipe } = await import('../src/graph/quantization/linear-recipe.js');
    const quantized = new QuantizedLayout(linearRecipe('int4-blocks'));
    program.buildGraphs(checkpoint, 'float32', { locate: ({ file }) => file, quantized });
    return countWeights(quantized);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const millions = (/** @type {number} */ count) => (count / 1e6).toFixed(0);

const formats = /** @type {Format[]} */ (words(options.formats));
const counts = numbers(options.threads);
if (!existsSync(options.checkpoint)) await makeRandomCheckpoint(resolve(options.checkpoint), 'middle');
if (formats.includes(REPACKING) && !existsSync(options.gguf)) {
  await makeRandomGguf(resolve(options.gguf), 'middle', 'sparse');
}

const program = await openProgram(ROOT);
const entrants = [
  ...(options.before === undefined
    ? []
    : [{ name: 'before', program: await openProgram(resolve(options.before)), threads: 1 }]),
  ...counts.map((threads) => ({ name: `${threads} threads`, program, threads })),
];

console.log(`${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores\n`);
console.log(tableHead(['format', 'with', 'seconds', 'million weights a second', 'of a processor', 'files']));
/** Weights a second of a processor, by format. @type {Map<Format, number>} */
const paces = new Map();
for (const format of formats) {
  /** @type {Map<string, Run>} */
  const best = new Map();
  for (let round = 0; round < Number(options.rounds); round += 1) {
    for (const { name, program: entrant, threads } of entrants) {
      const run = await quantize(entrant, format, threads);
      const known = best.get(name);
      if (known === undefined || run.seconds < known.seconds) best.set(name, run);
    }
  }
  const [first] = best.values();
  for (const [name, { seconds, cpuSeconds, weights, hashes }] of best) {
    if (hashes !== first?.hashes) throw new Error(`${format}: the files of ${name} are others`);
    const pace = weights / cpuSeconds;
    console.log(
      tableRow([format, name, seconds.toFixed(2), millions(weights / seconds), millions(pace), hashes.slice(0, 12)]),
    );
    paces.set(format, pace);
  }
}

const published = await publishedWeights(program);
const gigabytes = (2 * published) / 1e9;
console.log(
  `\nThe published dimensions: ${(published / 1e9).toFixed(1)} billion weights, ${gigabytes.toFixed(1)} GB in bfloat16.`,
);
for (const [format, pace] of paces) {
  const seconds = published / pace / CORES;
  console.log(
    `${format} on ${CORES} processors like these: ${seconds.toFixed(0)} s if ${(gigabytes / seconds).toFixed(1)} GB/s can be read, ${Math.max(seconds, gigabytes).toFixed(0)} s at 1 GB/s`,
  );
}
