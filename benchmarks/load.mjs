// @ts-check
/**
 * Loads the built service with 200 clients at once for a minute on a tiny checkpoint, then tells it to end while they go on.
 * Every answer must be the right picture (compared by seed with pictures fetched before), a 429, or, once it ends, a 503.
 * Prints the figures; fails when anything else came.
 *
 *     npm run bench -- [SECONDS] [CLIENTS] [PAUSE_SECONDS] [--redis] [--steps 2,default] [--engines N] [--checkpoint FOLDER]
 *
 * Clients that are refused wait as Retry-After says, like OpenAI's SDKs; PAUSE_SECONDS makes them come again sooner.
 * --redis: does the same with two services and two workers that share their jobs through Redis (redis-server must be
 * installed), and compares them with one service that has two engines: pictures a second, processor time a picture, and what a
 * picture takes beside the model while nothing else runs. --steps: num_inference_steps of each edit; `default` leaves the field
 * out, as plain requests do, so that the checkpoint's own counts. --checkpoint: another one than the tests' tiny one. --engines: of
 * the one service.
 * Without --steps and --checkpoint, --redis does all that twice: with 2 steps on the tiny checkpoint, which are the least that a
 * model can have to do, so that what is beside it counts most; and with plain requests to the miniature that comes with the service.
 * Each is warmed up before: a process's first hundreds of pictures take it two to three times as long as those that follow.
 */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { Crowd, knownEdits } from './support/crowd.mjs';
import { postEdit } from './support/edit-request.mjs';
import { median, quantile, words } from './support/figures.mjs';
import { startAlone, startFleet } from './support/fleet.mjs';
import { countCommands } from './support/redis-commands.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    redis: { type: 'boolean', default: false },
    steps: { type: 'string' },
    engines: { type: 'string' },
    checkpoint: { type: 'string' },
  },
});
const [SECONDS, CLIENTS] = [Number(positionals[0] ?? 60), Number(positionals[1] ?? 200)];
const PAUSE_SECONDS = positionals[2] === undefined ? null : Number(positionals[2]);
const ENGINES = Number(options.engines ?? (options.redis ? 2 : 1));
const MINIATURE = join(import.meta.dirname, '..', 'models', 'mini');
/** @typedef {{ steps: string, checkpoint: string | undefined }} Case what is edited with */
/** @type {readonly Case[]} */
const BOTH = [
  { steps: '2', checkpoint: undefined },
  { steps: 'default', checkpoint: MINIATURE },
];
const CASES =
  options.redis && options.steps === undefined && options.checkpoint === undefined
    ? BOTH
    : words(options.steps ?? '2').map((steps) => ({ steps, checkpoint: options.checkpoint }));
const [WARM_SECONDS, WARM_CLIENTS] = [15, 8];
const CLIENT_NICENESS = 10;
/** Edits whose time is compared, of each. */
const COMPARED = 40;

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

/** Has its processes compile what they run most. @param {Loaded} loaded @param {KnownEdits} edits */
async function warmUp({ urls }, edits) {
  const crowd = new Crowd(urls, edits, { clients: WARM_CLIENTS, pauseSeconds: null });
  await pause(WARM_SECONDS * 1000);
  await crowd.leave();
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

/** What is sent to Redis for a picture, with what its processes ask of it anyway. @param {Loaded} loaded @param {KnownEdits} edits */
async function tellCommands({ redisUrl, urls }, { bodies }) {
  if (redisUrl === null) return;
  const stop = await countCommands(redisUrl);
  for (let round = 0; round < COMPARED; round++)
    await postEdit(urls[round % urls.length] ?? '', /** @type {Buffer} */ (bodies[round % bodies.length]));
  const counts = [...stop()].map(([name, count]) => ({ name, each: count / COMPARED }));
  const all = counts.reduce((sum, { each }) => sum + each, 0);
  const told = counts.toSorted((one, other) => other.each - one.each).filter(({ each }) => each >= 0.1);
  const list = told.map(({ name, each }) => `${name} ${each.toFixed(1)}`).join(', ');
  console.log(`sent to Redis a picture, nothing else running: ${all.toFixed(1)} commands (${list})`);
}

/**
 * Processor time that a picture took, with what was done for those that were refused meanwhile.
 * @param {Map<string, number>} before
 * @param {Map<string, number>} after
 * @param {number} pictures
 */
function processorText(before, after, pictures) {
  const each = [...after].map(([name, seconds]) => ({
    name,
    milliseconds: ((seconds - (before.get(name) ?? 0)) * 1000) / pictures,
  }));
  const all = each.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  return `${all.toFixed(1)} ms (${each.map(({ name, milliseconds }) => `${name} ${milliseconds.toFixed(1)}`).join(', ')})`;
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
  const processorBefore = loaded.processor();
  await pause(SECONDS * 1000);
  const times = crowd.editTimes.toSorted((one, other) => one - other);
  const processor = processorText(processorBefore, loaded.processor(), times.length);
  const after = await loaded.memory();
  const perSecond = times.length / SECONDS;
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
    `processor time a picture: ${processor}`,
    `/health meanwhile: p50 ${p50} ms, p99 ${p99} ms, worst ${max} ms (${health.length} probes)`,
    `resident memory, MB: before ${before}; after ${after}`,
    isRight ? 'every answer was as it must be' : 'SOME ANSWERS WERE NOT AS THEY MUST BE',
  ])
    console.log(line);
  return { isRight, perSecond };
}

/** Whether all answers were right. @param {Case} asked */
async function compare({ steps, checkpoint }) {
  const isDefault = steps === 'default';
  const model = checkpoint === undefined ? 'the tiny checkpoint' : relative('.', checkpoint);
  console.log(`\nEdits by ${model} of ${isDefault ? 'as many steps as it has by default' : `${steps} steps`}`);
  /** @type {Record<string, string>} */
  const env = checkpoint === undefined ? {} : { QWEN_MODEL_DIR: resolve(checkpoint) };
  const alone = await startAlone(ENGINES, env);
  const edits = await knownEdits(alone.urls[0] ?? '', isDefault ? null : steps);
  const all = options.redis ? [alone, await startFleet(env)] : [alone];
  // The clients would be on other machines: on these cores they must not hold up the service, nor who asks for its health.
  setPriority(CLIENT_NICENESS);
  for (const loaded of all) await warmUp(loaded, edits);
  if (options.redis) await compareTimes(all, edits);
  for (const loaded of all) await tellCommands(loaded, edits);
  /** @type {{ isRight: boolean, perSecond: number }[]} */
  const results = [];
  for (const loaded of all) results.push(await load(loaded, edits));
  const [inMemory, redis] = results.map(({ perSecond }) => perSecond);
  if (inMemory !== undefined && redis !== undefined)
    console.log(`pictures a second through Redis: ${(redis / inMemory).toFixed(2)} of those without`);
  return results.every(({ isRight }) => isRight);
}

const [only, ...others] = CASES;
if (only !== undefined && others.length === 0) {
  process.exitCode = (await compare(only)) ? 0 : 1;
} else {
  // A process for each: who has lowered its own priority may not raise it again.
  const [, program = '', ...args] = process.argv;
  const run = (/** @type {Case} */ { steps, checkpoint }) => {
    const own = ['--steps', steps, ...(checkpoint === undefined ? [] : ['--checkpoint', checkpoint])];
    return spawnSync(process.execPath, [program, ...args, ...own], { stdio: 'inherit' }).status === 0;
  };
  const areRight = CASES.map(run);
  process.exitCode = areRight.every(Boolean) ? 0 : 1;
}
