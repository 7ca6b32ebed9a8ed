// @ts-check
/**
 * Loads the built service with 200 clients at once for a minute on a tiny checkpoint, then tells it to end while they go on.
 * Every answer must be the right picture (compared by seed with pictures fetched before), a 429, or, once it ends, a 503.
 * Prints the figures; fails when anything else came.
 *
 *     npm run bench -- [SECONDS] [CLIENTS] [PAUSE_SECONDS] [--redis] [--checkpoint FOLDER]
 *
 * Clients that are refused wait as Retry-After says, like OpenAI's SDKs; PAUSE_SECONDS makes them come again sooner.
 * --redis: does the same with two services and two workers that share their jobs through Redis (redis-server must be
 * installed), and compares them with one service that has two engines: pictures a second, and what a picture takes beside the
 * model while nothing else runs. --checkpoint: another one than the tests' tiny one, whose pictures take some milliseconds.
 */
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { Crowd, knownEdits } from './support/crowd.mjs';
import { postEdit } from './support/edit-request.mjs';
import { median, quantile } from './support/figures.mjs';
import { startAlone, startFleet } from './support/fleet.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { redis: { type: 'boolean', default: false }, checkpoint: { type: 'string' } },
});
const [SECONDS, CLIENTS] = [Number(positionals[0] ?? 60), Number(positionals[1] ?? 200)];
const PAUSE_SECONDS = positionals[2] === undefined ? null : Number(positionals[2]);
const CLIENT_NICENESS = 10;
/** Edits whose time is compared, of each. */
const COMPARED = 40;
const CHECKPOINT = options.checkpoint === undefined ? {} : { QWEN_MODEL_DIR: resolve(options.checkpoint) };

/** @typedef {import('./support/fleet.mjs').Loaded} Loaded */
/** @typedef {import('./support/crowd.mjs').KnownEdits} KnownEdits */

/** Milliseconds of an edit beside the model's. @param {string} url @param {Buffer} body */
async function besideModel(url, body) {
  const startedAt = performance.now();
  const { status, text, headers } = await postEdit(url, body);
  const milliseconds = performance.now() - startedAt;
  if (status !== 200) throw new Error(`An edit was answered with ${status}: ${text.slice(0, 200)}`);
  const stages = [...String(headers['server-timing']).matchAll(/(\w+);dur=([\d.]+)/g)];
  const model = stages.filter(([, name]) => name !== 'queue').map(([, , duration]) => Number(duration));
  return milliseconds - model.reduce((sum, duration) => sum + duration, 0);
}

/** What a picture takes beside the model, by turns, so that what else the machine does falls on both. @param {readonly Loaded[]} both @param {KnownEdits} edits */
async function compareTimes(both, { bodies }) {
  /** @type {number[][]} */
  const times = both.map(() => []);
  for (let round = 0; round < COMPARED; round++) {
    for (const [index, { urls }] of both.entries()) {
      const body = /** @type {Buffer} */ (bodies[round % bodies.length]);
      times[index]?.push(await besideModel(urls[round % urls.length] ?? '', body));
    }
  }
  const [alone = NaN, fleet = NaN] = times.map(median);
  console.log(
    `a picture beside the model, nothing else running: median ${alone.toFixed(1)} ms alone, ${fleet.toFixed(1)} ms through Redis: ${(fleet - alone).toFixed(1)} ms more`,
  );
}

/**
 * Loads it until it has ended.
 * @param {Loaded} loaded
 * @param {KnownEdits} edits
 * @returns {Promise<{ isRight: boolean, perSecond: number }>}
 */
async function load(loaded, edits) {
  const probe = new Worker(new URL('./support/health-probe.mjs', import.meta.url), {
    workerData: { url: loaded.urls[0] },
  });
  const before = await loaded.memory();
  const crowd = new Crowd(loaded.urls, edits, { clients: CLIENTS, pauseSeconds: PAUSE_SECONDS });
  await pause(SECONDS * 1000);
  const after = await loaded.memory();
  const perSecond = crowd.editTimes.length / SECONDS;
  const times = crowd.editTimes.toSorted((one, other) => one - other);
  probe.postMessage('end');
  /** @type {[number[]]} */
  const [health] = /** @type {any} */ (await once(probe, 'message'));
  health.sort((a, b) => a - b);
  crowd.isDraining = true;
  const codes = await loaded.end();
  await crowd.leave();

  const [p50, p99, max] = [0.5, 0.99, 1].map((share) => quantile(health, share).toFixed(1));
  const isRight = crowd.isRight && codes.every((code) => code === 0);
  for (const line of [
    `${loaded.name}: ${CLIENTS} clients for ${SECONDS} s, then SIGTERM; exit codes ${codes.join(', ')}`,
    ...[...crowd.seen].sort().map(([what, count]) => `  ${what}: ${count}`),
    `edits: ${perSecond.toFixed(1)} a second, median ${quantile(times, 0.5).toFixed(0)} ms`,
    `/health meanwhile: p50 ${p50} ms, p99 ${p99} ms, worst ${max} ms (${health.length} probes)`,
    `resident memory, MB: before ${before}; after ${after}`,
    isRight ? 'every answer was as it must be' : 'SOME ANSWERS WERE NOT AS THEY MUST BE',
  ])
    console.log(line);
  return { isRight, perSecond };
}

const alone = await startAlone(options.redis ? 2 : 1, CHECKPOINT);
const edits = await knownEdits(alone.urls[0] ?? '');
const all = options.redis ? [alone, await startFleet(CHECKPOINT)] : [alone];
// The clients would be on other machines: on these cores they must not hold up the service, nor who asks for its health.
setPriority(CLIENT_NICENESS);
if (options.redis) await compareTimes(all, edits);
/** @type {{ isRight: boolean, perSecond: number }[]} */
const results = [];
for (const loaded of all) results.push(await load(loaded, edits));
const [inMemory, redis] = results.map(({ perSecond }) => perSecond);
if (inMemory !== undefined && redis !== undefined)
  console.log(`pictures a second through Redis: ${(redis / inMemory).toFixed(2)} of those without`);
process.exitCode = results.every(({ isRight }) => isRight) ? 0 : 1;
