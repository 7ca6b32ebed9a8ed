// @ts-check
/**
 * Prints what the API process costs beside the model: what it adds to an edit, decoding and encoding of pictures, the time
 * from start to ready, idle memory, and how fast /health answers meanwhile. Needs the built program, and a
 * machine that does nothing else.
 *
 *     node benchmarks/api-overhead.mjs [CHECKPOINT_FOLDER]
 *
 * Without a folder a tiny checkpoint of the tests is served.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { Piscina } from 'piscina';
import sharp from 'sharp';
import { PROGRAM } from '../scripts/support/program-files.mjs';
import { median } from './support/figures.mjs';
import { register } from 'tsx/esm/api';

register();
const { openEditCheckpoint } = await import('../src/engine/open-edit-checkpoint.js');
const { sizeRules } = await import('../src/engine/size-rules.js');
const { PixelSemaphore } = await import('../src/decoding/pixel-semaphore.js');
const { decodeImage } = await import('../src/images/decode.js');
const { encodeImage } = await import('../src/images/encode.js');
const { INPUT_PICTURE_WORKER } = await import('../src/program/program-files.js');

const ROOT = join(import.meta.dirname, '..');
const CHECKPOINT = process.argv[2] ?? join(ROOT, 'test', 'fixtures', 'checkpoints', 'plain');
const SIZE_RULES = sizeRules(await openEditCheckpoint(CHECKPOINT));
const LIMITS = { maxPixels: 64e6, maxAspect: 10 };
const STARTS = 5;
const EDITS = 20;
const agent = new Agent({ keepAlive: true });

/** @param {number} milliseconds */
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A picture of smooth colours with some grain, as a photo has. @param {number} side */
async function photo(side) {
  const data = Buffer.alloc(side * side * 3);
  for (let index = 0; index < data.length; index++) {
    const [x, y] = [Math.floor(index / 3) % side, Math.floor(index / 3 / side)];
    data[index] = 128 + 90 * Math.sin(x / 40 + (index % 3)) * Math.cos(y / 60) + 12 * Math.random();
  }
  return sharp(data, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toBuffer();
}

/** Starts the service; resolves once it listens. */
async function startService() {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [PROGRAM, 'serve'], {
    cwd: join(ROOT, 'benchmarks'),
    env: { PATH: process.env.PATH ?? '', HOST: '127.0.0.1', PORT: '0', QWEN_MODEL_DIR: CHECKPOINT },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (/** @type {Buffer} */ chunk) => (output += chunk.toString()));
  /** @param {string} text */
  const until = async (text) => {
    while (!output.includes(text)) {
      if (child.exitCode !== null) throw new Error(`The service has ended:\n${output}`);
      await pause(2);
    }
    return performance.now() - startedAt;
  };
  await until('Listening on');
  const url = `http://127.0.0.1:${/Listening on \S+:(\d+)/.exec(output)?.[1] ?? ''}`;
  const stop = async () => {
    child.kill('SIGTERM');
    while (child.exitCode === null && child.signalCode === null) await pause(5);
  };
  return { url, pid: child.pid ?? 0, untilReady: () => until(' is ready on '), stop };
}

/** @param {number} pid Resident memory in MB (Linux). */
async function residentMegabytes(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

/** Asks /health again and again until the work is done. @param {string} url @param {Promise<unknown>} work */
async function healthDuring(url, work) {
  const progress = { isDone: false };
  void work.then(() => (progress.isDone = true));
  /** @type {number[]} */
  const times = [];
  while (!progress.isDone) {
    const startedAt = performance.now();
    await (await fetch(`${url}/health`)).text();
    times.push(performance.now() - startedAt);
    await pause(5);
  }
  // The first asks also set up the connection.
  const settled = times.slice(2);
  if (settled.length === 0) return 'over before it could be asked';
  return `median ${median(settled).toFixed(1)} ms, worst ${Math.max(...settled).toFixed(1)} ms of ${settled.length}`;
}

/** A multipart body. @param {Buffer} picture @param {Record<string, string>} fields */
function multipart(picture, fields) {
  const texts = Object.entries({ prompt: 'make it blue', ...fields });
  const parts = texts.map(
    ([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const file = '--b\r\nContent-Disposition: form-data; name="images"; filename="a.png"\r\n\r\n';
  return Buffer.concat([Buffer.from(parts.join('') + file), picture, Buffer.from('\r\n--b--\r\n')]);
}

/**
 * One edit: wall time, and the part of it that the engine spent on the model. A bare client, so that its own work hardly counts.
 * @param {string} url @param {Buffer} body
 */
async function timedEdit(url, body) {
  const startedAt = performance.now();
  const headers = { 'content-type': 'multipart/form-data; boundary=b', 'content-length': body.length };
  const sent = request(`${url}/v1/images/edits`, { method: 'POST', headers, agent });
  sent.end(body);
  const [response] = /** @type {[import('node:http').IncomingMessage]} */ (await once(sent, 'response'));
  response.resume();
  await once(response, 'end');
  const wall = performance.now() - startedAt;
  if (response.statusCode !== 200) throw new Error(`The edit got ${response.statusCode ?? 0}`);
  const stages = [...String(response.headers['server-timing']).matchAll(/(\w+);dur=([\d.]+)/g)];
  const model = stages
    .filter(([, name]) => name !== 'queue')
    .reduce((sum, [, , duration]) => sum + Number(duration), 0);
  return { wall, model };
}

/** CPU time of a process so far, in milliseconds (Linux; the clock ticks 100 times a second). @param {number} pid */
async function cpuMilliseconds(pid) {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

/**
 * Milliseconds to decode a PNG, to encode a picture of its own size, and to do what the service's threads do with an input:
 * decode it and bring it to the size that the checkpoint takes, which is the pipeline's work.
 * @param {Buffer} picture
 */
async function pictureWork(picture) {
  const times = { decode: [NaN], encode: [NaN], intake: [NaN] };
  const pool = new Piscina({ filename: INPUT_PICTURE_WORKER, maxThreads: 1 });
  const semaphoreMemory = PixelSemaphore.of(LIMITS.maxPixels).memory;
  for (let round = 0; round < EDITS; round++) {
    const startedAt = performance.now();
    const image = await decodeImage(picture, LIMITS);
    const decodedAt = performance.now();
    await encodeImage(image, 'png', 100);
    const encodedAt = performance.now();
    await pool.run({ blocks: [picture], limits: LIMITS, size: 'auto', sizeRules: SIZE_RULES, semaphoreMemory });
    times.decode[round] = decodedAt - startedAt;
    times.encode[round] = encodedAt - decodedAt;
    times.intake[round] = performance.now() - encodedAt;
  }
  await pool.destroy();
  return { decode: median(times.decode), encode: median(times.encode), intake: median(times.intake) };
}

/** @param {string} name @param {string} value */
const print = (name, value) => console.log(`${name.padEnd(58)} ${value}`);

/** @type {number[]} */
const starts = [];
for (let round = 0; round < STARTS; round++) {
  const service = await startService();
  starts.push(await service.untilReady());
  await service.stop();
}
print(
  'start to ready',
  `median ${median(starts).toFixed(0)} ms of ${starts.map((time) => time.toFixed(0)).join(', ')}`,
);

const service = await startService();
print('/health while the model loads', await healthDuring(service.url, service.untilReady()));
await pause(3000);
print('idle API process', `${(await residentMegabytes(service.pid)).toFixed(0)} MB resident`);

const small = await photo(64);
const large = await photo(1024);
const least = { num_inference_steps: '1', true_cfg_scale: '1', size: '64x64' };
for (const [name, picture] of /** @type {[string, Buffer][]} */ ([
  ['64×64', small],
  ['1024×1024', large],
])) {
  const { decode, encode, intake } = await pictureWork(picture);
  const { encode: encodeResult } = await pictureWork(small);
  print(`${name} PNG in and out`, `${(decode + encode).toFixed(1)} ms (${decode.toFixed(1)} + ${encode.toFixed(1)})`);
  print(`decoded and resized to ${SIZE_RULES.conditionAreas.join(' and ')} pixels`, `${intake.toFixed(1)} ms`);
  const body = multipart(picture, least);
  await timedEdit(service.url, body);
  const cpuBefore = await cpuMilliseconds(service.pid);
  /** @type {number[]} */
  const added = [];
  for (let round = 0; round < EDITS; round++) {
    const { wall, model } = await timedEdit(service.url, body);
    added.push(wall - model - intake - encodeResult);
  }
  const cpu = (await cpuMilliseconds(service.pid)) - cpuBefore;
  const figures = `median ${median(added).toFixed(1)} ms, best ${Math.min(...added).toFixed(1)}, worst ${Math.max(...added).toFixed(1)}`;
  print(
    `added to that and the engine's time by an edit of it`,
    `${figures}; CPU in all ${(cpu / EDITS).toFixed(1)} ms`,
  );
}

const long = { num_inference_steps: '100', size: '128x128', n: '2' };
print('/health while an edit runs', await healthDuring(service.url, timedEdit(service.url, multipart(small, long))));
print('API process after that', `${(await residentMegabytes(service.pid)).toFixed(0)} MB resident`);
await service.stop();
