// @ts-check
/**
 * Loads the built service with 200 clients at once for a minute on a tiny checkpoint, then tells it to end while they go on.
 * Every answer must be the right picture (compared by seed with pictures fetched before), a 429, or, once it ends, a 503.
 * Prints the figures; fails when anything else came.
 *
 *     npm run bench [SECONDS] [CLIENTS] [PAUSE_SECONDS]
 *
 * Clients that are refused wait as Retry-After says, like OpenAI's SDKs; PAUSE_SECONDS makes them come again sooner.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { editBody, firstPicture, postEdit } from './support/edit-request.mjs';
import { residentMegabytes, startService } from '../scripts/support/service.mjs';

const SECONDS = Number(process.argv[2] ?? 60);
const CLIENTS = Number(process.argv[3] ?? 200);
const SEEDS = 16;
const CLIENT_NICENESS = 10;
const PAUSE_SECONDS = process.argv[4] === undefined ? null : Number(process.argv[4]);
/** Waits as a refused client does, give or take a half. @param {string | undefined} retryAfter */
const refusedPause = (retryAfter) => pause((PAUSE_SECONDS ?? Number(retryAfter ?? 1)) * 1000 * (0.5 + Math.random()));

/** @param {number[]} values sorted @param {number} share */
const quantile = (values, share) => values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? NaN;

const service = await startService();
const bodies = Array.from({ length: SEEDS }, (_, seed) =>
  editBody({ prompt: 'make it blue', num_inference_steps: '2', seed: String(seed) }),
);
/** @type {string[]} */
const expected = [];
for (const body of bodies) expected.push(firstPicture((await postEdit(service.url, body)).text));
if (new Set(expected).size !== SEEDS) throw new Error('The seeds do not give different pictures');

const probe = new Worker(new URL('./support/health-probe.mjs', import.meta.url), { workerData: { url: service.url } });
// The clients would be on other machines: on these cores they must not hold up the service, nor who asks for its health.
setPriority(CLIENT_NICENESS);
const before = residentMegabytes(await service.metrics());

/** @type {Map<string, number>} */
const seen = new Map();
/** @param {string} what */
const count = (what) => seen.set(what, (seen.get(what) ?? 0) + 1);
/** @type {number[]} */
const editTimes = [];
const end = { isDraining: false, hasCome: false };

async function client() {
  while (!end.hasCome) {
    const seed = Math.floor(Math.random() * SEEDS);
    const startedAt = performance.now();
    try {
      const { status, text, headers } = await postEdit(service.url, /** @type {Buffer} */ (bodies[seed]));
      if (status === 200) {
        editTimes.push(performance.now() - startedAt);
        count(firstPicture(text) === expected[seed] ? '200, the right picture' : '200, ANOTHER PICTURE');
      } else {
        const isKnown = (status === 429 && Number(headers['retry-after']) >= 1) || (status === 503 && end.isDraining);
        count(isKnown ? `${status}` : `${status} UNEXPECTED: ${text.slice(0, 200)}`);
        await refusedPause(headers['retry-after']);
      }
    } catch (error) {
      if (end.isDraining) return count('connection refused or closed after the end');
      count(`NO ANSWER: ${/** @type {Error} */ (error).message}`);
      await refusedPause(undefined);
    }
  }
}

const clients = Array.from({ length: CLIENTS }, client);
await pause(SECONDS * 1000);
const after = residentMegabytes(await service.metrics());
probe.postMessage('end');
/** @type {[number[]]} */
const [health] = /** @type {any} */ (await once(probe, 'message'));
end.isDraining = true;
service.signalEnd();
const code = await service.ended();
end.hasCome = true;
await Promise.all(clients);

editTimes.sort((a, b) => a - b);
health.sort((a, b) => a - b);
console.log(`${CLIENTS} clients for ${SECONDS} s, then SIGTERM; exit code ${code}`);
for (const [what, times] of [...seen].sort()) console.log(`  ${what}: ${times}`);
console.log(
  `edits: ${(editTimes.length / SECONDS).toFixed(1)} a second, median ${quantile(editTimes, 0.5).toFixed(0)} ms`,
);
const [p50, p99, max] = [0.5, 0.99, 1].map((share) => quantile(health, share).toFixed(1));
console.log(`/health meanwhile: p50 ${p50} ms, p99 ${p99} ms, worst ${max} ms (${health.length} probes)`);
console.log(
  `resident memory, MB: API ${before.api.toFixed(0)} to ${after.api.toFixed(0)}, engine ${before.engine.toFixed(0)} to ${after.engine.toFixed(0)}`,
);
const isRight = code === 0 && ![...seen.keys()].some((what) => /[A-Z]{3}/.test(what));
console.log(isRight ? 'every answer was as it must be' : 'SOME ANSWERS WERE NOT AS THEY MUST BE');
process.exitCode = isRight ? 0 : 1;
