// @ts-check
/**
 * Simulates a fleet that is larger than this machine: a Redis of its own, the driver `redis`, BullMQ, and workers that only sleep.
 * Prints how fast pictures are given out, what a job costs Redis, and how much longer jobs wait than they had to.
 *
 *     node benchmarks/many-workers.mjs [--workers 500] [--seconds 5] [--jobs 20000] [--steps 20] [--rate 0] [--processes 2]
 *                                      [--input-kb 0] [--result-kb 0] [--appendonly]
 *
 * --seconds: of a picture; 0 finds the most that Redis can give out. --rate: jobs a second that come; 0: all as fast as they are
 * taken. --steps: reports of a picture's progress. The machine's own load counts: Redis's CPU time is told beside the clock's.
 */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';
import { register } from 'tsx/esm/api';
import { startRedis } from '../scripts/support/redis-server.mjs';
import { quantile } from './support/figures.mjs';
import { SIMULATED_MODEL, SIMULATED_PIXELS, startDriver } from './support/simulated-service.mjs';

register();
const { jobKey } = await import('../src/jobs/redis/keys.js');
const { KEY_PREFIX } = await import('../src/redis/key-prefix.js');

const { values: options } = parseArgs({
  options: {
    workers: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '5' },
    jobs: { type: 'string', default: '20000' },
    steps: { type: 'string', default: '20' },
    rate: { type: 'string', default: '0' },
    processes: { type: 'string', default: '2' },
    'input-kb': { type: 'string', default: '0' },
    'result-kb': { type: 'string', default: '0' },
    appendonly: { type: 'boolean', default: false },
  },
});
const [WORKERS, SECONDS, JOBS] = [Number(options.workers), Number(options.seconds), Number(options.jobs)];
const [STEPS, RATE, PROCESSES] = [Number(options.steps), Number(options.rate), Number(options.processes)];
const [INPUT_BYTES, RESULT_BYTES] = [1024 * Number(options['input-kb']), 1024 * Number(options['result-kb'])];
/** Services that take jobs, and how many requests each reads at once. */
const [SERVICES, AT_ONCE] = [2, 16];
const IDLE_SECONDS = 10;
const TIMEOUT_SECONDS = 3600;
/** Records that are read at a time. */
const BATCH = 1000;

/** @type {import('../src/jobs/edit-job.js').EditJob} */
const EDIT = {
  model: SIMULATED_MODEL,
  settings: {
    prompt: 'make it black and white',
    negativePrompt: ' ',
    size: { width: SIMULATED_PIXELS, height: SIMULATED_PIXELS },
    numInferenceSteps: 50,
    trueCfgScale: 4,
    seed: 1,
    maxSequenceLength: 512,
    outputType: 'pil',
    partialImages: 0,
    loras: [],
  },
  n: 1,
  outputFormat: 'png',
  quality: 100,
  wantsProgress: true,
  inputPictures: 1,
  warnings: [],
};
/** The uploaded file lies in Redis; nobody looks into it. @type {import('../src/jobs/job-files.js').JobFiles} */
const FILES = { kind: 'separate', asked: 'auto', pictures: [new Uint8Array(INPUT_BYTES)], mask: null };
const NO_INPUT = { references: [], masked: null };

const redis = await startRedis('--maxclients', '10000', '--appendonly', options.appendonly ? 'yes' : 'no');
const probe = new Redis(redis.url);

/** @param {string} name a figure of Redis's own @returns {Promise<number>} */
async function figure(name) {
  return Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(await probe.info())?.[1]);
}

/** Seconds that Redis has computed, and where the clock is. */
async function clocks() {
  return {
    cpu: (await figure('used_cpu_user')) + (await figure('used_cpu_sys')),
    at: performance.now() / 1000,
  };
}

/** @param {{ cpu: number, at: number }} from @param {{ cpu: number, at: number }} to */
const busy = (from, to) => `${((100 * (to.cpu - from.cpu)) / (to.at - from.at)).toFixed(0)} % of a core`;

/** Ends before the work is done, if a worker does. @returns {{ finished: () => number, stop: () => void }} */
function startWorkers() {
  const counts = Array.from({ length: PROCESSES }, () => 0);
  const children = counts.map((_, index) => {
    const child = fork(join(import.meta.dirname, 'support', 'sleeping-worker.mjs'));
    const workers = Math.floor(WORKERS / PROCESSES) + (index < WORKERS % PROCESSES ? 1 : 0);
    child.send({ url: redis.url, workers, seconds: SECONDS, steps: STEPS, resultBytes: RESULT_BYTES });
    child.on('message', (/** @type {{ finished: number }} */ { finished }) => (counts[index] = finished));
    child.on('exit', (code) => code === 0 || process.exit(1));
    return child;
  });
  return {
    finished: () => counts.reduce((sum, count) => sum + count, 0),
    stop: () => children.forEach((child) => child.disconnect()),
  };
}

/** Times that a service was answered with a fault, such as one of a Redis that is too busy. */
let refusals = 0;

/** Submits a job as a client with `Prefer: respond-async` does, who comes again; its id. @param {import('../src/jobs/job-queue.js').JobQueue} jobs */
async function submitted(jobs) {
  for (;;) {
    try {
      const reservation = await jobs.reserve(TIMEOUT_SECONDS);
      const options = { reservation, timeoutSeconds: TIMEOUT_SECONDS, files: FILES, name: null, trace: {} };
      const id = await jobs.submit(EDIT, [NO_INPUT], options);
      await jobs.detach(id);
      await jobs.leave(id);
      return id;
    } catch {
      refusals += 1;
      await pause(1000);
    }
  }
}

/** Has services take all jobs. */
async function submitJobs() {
  const services = await Promise.all(Array.from({ length: SERVICES }, () => startDriver(redis.url)));
  const startedAt = performance.now();
  /** @type {string[]} */
  const ids = [];
  let next = 0;

  /** @param {import('../src/jobs/job-driver.js').JobDriver} driver */
  const client = async ({ jobs }) => {
    while (next < JOBS) {
      const due = RATE === 0 ? 0 : startedAt + (1000 * next) / RATE - performance.now();
      next += 1;
      if (due > 0) await pause(due);
      ids.push(await submitted(jobs));
    }
  };
  await Promise.all(services.flatMap(({ driver }) => Array.from({ length: AT_ONCE }, () => client(driver))));
  const seconds = (performance.now() - startedAt) / 1000;
  return { ids, seconds, close: () => Promise.all(services.map((service) => service.close())) };
}

/** When each job came and was begun, in seconds of Redis's clock, the first first. @param {readonly string[]} ids */
async function readTimes(ids) {
  /** @type {{ created: number, started: number }[]} */
  const times = [];
  for (let at = 0; at < ids.length; at += BATCH) {
    const pipeline = probe.pipeline();
    for (const id of ids.slice(at, at + BATCH)) pipeline.hmget(jobKey(KEY_PREFIX, id), 'created', 'started', 'status');
    for (const [, reply] of (await pipeline.exec()) ?? []) {
      const [created, started, status] = /** @type {string[]} */ (reply);
      if (status !== 'succeeded') throw new Error(`A job is ${status}`);
      times.push({ created: Number(created) / 1000, started: Number(started) / 1000 });
    }
  }
  return times.sort((one, other) => one.created - other.created);
}

/**
 * When each job would have been begun by workers that lose no time.
 * @param {readonly { created: number }[]} times
 */
function idealStarts(times) {
  // All pictures take equally long, so workers become free in the order in which they were given work.
  /** @type {number[]} */
  const starts = [];
  for (const [index, { created }] of times.entries()) {
    const free = index < WORKERS ? -Infinity : /** @type {number} */ (starts[index - WORKERS]) + SECONDS;
    starts.push(Math.max(created, free));
  }
  return starts;
}

const workers = startWorkers();
while ((await probe.hlen(`${KEY_PREFIX}model:${SIMULATED_MODEL}:idle`)) < WORKERS) await pause(200);
const idleFrom = await clocks();
await pause(IDLE_SECONDS * 1000);
const idleTo = await clocks();
console.log(`${WORKERS} workers, ${await figure('connected_clients')} connections; idle: ${busy(idleFrom, idleTo)}`);

const memoryBefore = await figure('used_memory');
const from = await clocks();
const submission = submitJobs();
let memoryMost = 0;
while (workers.finished() < JOBS) {
  memoryMost = Math.max(memoryMost, await figure('used_memory'));
  await pause(500);
}
const to = await clocks();
const { ids, seconds, close } = await submission;
const times = await readTimes(ids);
const ideal = idealStarts(times);
/** Pictures a second from when the first was begun until the last was made. @param {readonly number[]} starts */
const rate = (starts) => (JOBS / (Math.max(...starts) + SECONDS - Math.min(...starts))).toFixed(1);
const waits = times.map(({ started }, index) => started - (ideal[index] ?? NaN)).sort((one, other) => one - other);
const kilobytes = (/** @type {number} */ bytes) => `${((bytes - memoryBefore) / JOBS / 1024).toFixed(1)} KiB`;
const [median, p99, most] = [0.5, 0.99, 1].map((share) => `${quantile(waits, share).toFixed(2)} s`);
const memoryAtEnd = await figure('used_memory');
for (const line of [
  `${JOBS} jobs of ${SECONDS} s in ${STEPS} steps, taken in ${seconds.toFixed(1)} s: ${(JOBS / seconds).toFixed(0)} a second; refused ${refusals} times`,
  `made: ${rate(times.map(({ started }) => started))} pictures a second, by workers that lose no time ${rate(ideal)}`,
  `Redis: ${busy(from, to)}, ${((1000 * (to.cpu - from.cpu)) / JOBS).toFixed(2)} ms a job`,
  `Redis's memory a job: ${kilobytes(memoryMost)} at most, ${kilobytes(memoryAtEnd)} kept at the end`,
  `begun later than by workers that lose no time: median ${median}, p99 ${p99}, most ${most}`,
])
  console.log(line);
await close();
probe.disconnect();
workers.stop();
await redis.remove();
