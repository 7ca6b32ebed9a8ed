// @ts-check
/**
 * Makes edits at the published dimensions on this machine's CPU, through HTTP, and prints what each stage took and what the
 * service's processes held in memory. The weights are random: a picture shows nothing but that the numbers stay numbers. Needs
 * the built program and, for the checkpoint and its cache, 35 GB of disk.
 *
 *     node benchmarks/published-edit.mjs FOLDER [options]
 *
 * FOLDER  made by scripts/make-random-gguf.mjs where it isn't there: a transformer in Q4_0, 20.4 billion parameters
 * --precision int4   the text encoder's   --cache FOLDER   of quantized and repacked weights (default: FOLDER.cache)
 * --size 256x256   --steps 1,2   one edit each   --guidance 4   1 makes one forward a step instead of two
 * --area 65536   pixels to which the reference is brought; 1048576 is what the published checkpoint has
 * --keep FOLDER   keeps the pictures
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, freemem, loadavg, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { makeRandomGguf } from '../scripts/make-random-gguf.mjs';
import { startService } from '../scripts/support/service.mjs';
import { editBody, firstPicture, postEdit } from './support/edit-request.mjs';
import { numbers, tableHead, tableRow } from './support/figures.mjs';
import { writePhoto } from './support/photo.mjs';
import { processorSeconds, watchMemoryKinds } from './support/process-memory.mjs';

const { positionals, values: options } = parseArgs({
  allowPositionals: true,
  options: {
    precision: { type: 'string', default: 'int4' },
    cache: { type: 'string' },
    size: { type: 'string', default: '256x256' },
    steps: { type: 'string', default: '1,2' },
    guidance: { type: 'string', default: '4' },
    area: { type: 'string', default: '65536' },
    keep: { type: 'string' },
  },
});

const STAGES = ['queue', 'text', 'encode', 'denoise', 'decode'];
/** An edit may take hours on a small machine. */
const PATIENCE_SECONDS = '100000';
const REFERENCE_SIDE = 1024;

/** @typedef {import('./support/process-memory.mjs').MemoryKinds} MemoryKinds */

/** @param {string} folder */
async function prepare(folder) {
  if (!existsSync(join(folder, 'model_index.json'))) await makeRandomGguf(folder, 'published', 'sparse');
  const area = Number(options.area);
  writeFileSync(join(folder, 'service.json'), JSON.stringify({ condition_area: area, native_area: area }));
}

/** @param {number} bytes */
const gigabytes = (bytes) => (bytes / 1e9).toFixed(1);

/** @param {string} title @param {number} seconds @param {number} processor seconds @param {{ api: MemoryKinds, engine: MemoryKinds }} memory */
function phase(title, seconds, processor, { api, engine }) {
  const kinds = [engine.anonymous, engine.mapped, api.anonymous, api.mapped].map(gigabytes);
  return tableRow([title, seconds.toFixed(1), processor.toFixed(1), ...kinds]);
}

/** @param {string} header @param {string} name */
const stageSeconds = (header, name) =>
  (Number(new RegExp(`\\b${name};dur=([\\d.]+)`).exec(header)?.[1] ?? NaN) / 1000).toFixed(1);

/** Of a picture's channels. @param {Buffer} png */
async function spread(png) {
  const { channels } = await sharp(png).stats();
  return channels.map(({ mean, stdev }) => `${mean.toFixed(0)} ± ${stdev.toFixed(0)}`).join(', ');
}

/** @param {string} folder @param {string} pictures */
async function measure(folder, pictures) {
  const reference = join(pictures, 'reference.png');
  await writePhoto(reference, REFERENCE_SIDE, 0);
  let memory = watchMemoryKinds(process.pid);
  const start = performance.now();
  const service = await startService(
    {
      QWEN_MODEL_DIR: folder,
      QUANTIZED_CACHE_DIR: resolve(options.cache ?? `${folder}.cache`),
      PRECISION: options.precision,
      DEVICE_MAP: 'cpu',
      MAX_OUTPUT_PIXELS: String(Math.max(...options.size.split('x').map(Number)) ** 2),
      REQUEST_TIMEOUT_SECONDS: PATIENCE_SECONDS,
      JOB_TIMEOUT_SECONDS: PATIENCE_SECONDS,
    },
    (pid) => {
      memory.stop();
      memory = watchMemoryKinds(pid);
    },
  );
  let used = processorSeconds(service.pid);
  const rows = [phase('start to ready', (performance.now() - start) / 1000, used, memory.take())];
  console.error(service.engineLog());
  const edits = [];
  for (const steps of numbers(options.steps)) {
    const fields = {
      prompt: 'Make the sky red and the grass blue.',
      size: options.size,
      num_inference_steps: String(steps),
      true_cfg_scale: options.guidance,
      seed: '42',
    };
    const began = performance.now();
    const { status, text, headers } = await postEdit(service.url, editBody(fields, readFileSync(reference)));
    const seconds = (performance.now() - began) / 1000;
    if (status !== 200) throw new Error(`The service answered ${status}: ${text}`);
    const before = used;
    used = processorSeconds(service.pid);
    rows.push(phase(`edit, ${steps} step(s)`, seconds, used - before, memory.take()));
    const png = Buffer.from(firstPicture(text), 'base64');
    writeFileSync(join(pictures, `edited-${steps}.png`), png);
    const timing = String(headers['server-timing']);
    const stages = STAGES.map((name) => stageSeconds(timing, name));
    edits.push(tableRow([steps, seconds.toFixed(1), ...stages, await spread(png)]));
    console.error(`${steps} step(s): ${timing}`);
  }
  memory.stop();
  await service.stop();
  return { rows, edits };
}

const [given] = positionals;
if (given === undefined) {
  console.error('usage: node benchmarks/published-edit.mjs FOLDER [options]');
  process.exit(1);
}
const folder = resolve(given);
await prepare(folder);
const pictures = options.keep === undefined ? mkdtempSync(join(tmpdir(), 'published-edit-')) : resolve(options.keep);
mkdirSync(pictures, { recursive: true });
try {
  const load = loadavg()[0] ?? NaN;
  const free = gigabytes(freemem());
  const { rows, edits } = await measure(folder, pictures);
  console.log(
    `${availableParallelism()} × ${cpus()[0]?.model.trim()}, ${gigabytes(totalmem())} GB of memory, ${free} free, load ${load.toFixed(1)} before; PRECISION=${options.precision}, ${options.size} from a reference of ${options.area} pixels, guidance ${options.guidance}\n`,
  );
  const memory = ['engine, its own', 'engine, mapped', 'API, its own', 'API, mapped'].map((of) => `${of}, GB`);
  console.log(tableHead(['', 'seconds', 'of a processor', ...memory]));
  console.log(rows.join('\n'));
  console.log(
    '\nMemory is the most at once; mapped files are page cache, which the system takes back when it must. Seconds:\n',
  );
  console.log(tableHead(['steps', 'whole edit', ...STAGES, 'picture: mean ± deviation of R, G, B']));
  console.log(edits.join('\n'));
} finally {
  if (options.keep === undefined) rmSync(pictures, { recursive: true });
}
