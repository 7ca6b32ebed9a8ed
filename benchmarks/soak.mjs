// @ts-check
/**
 * Keeps the built service busy for minutes with all that it does (edits, streams, jobs, cancellations, faulty requests) and
 * prints how the resident memory of both processes grows: the slope of a straight line through the samples, after the first
 * fifth of the time, in which caches and pools fill.
 *
 *     npm run soak [MINUTES]
 */
import { setTimeout as pause } from 'node:timers/promises';
import { editBody, postEdit } from './support/edit-request.mjs';
import { residentMegabytes, startService } from '../scripts/support/service.mjs';

const MINUTES = Number(process.argv[2] ?? 10);
const CLIENTS = 8;
const SAMPLE_SECONDS = 2;
const WARM_UP_SHARE = 0.2;

const service = await startService({ JOB_RETENTION_SECONDS: '10' });
const end = performance.now() + MINUTES * 60_000;
/** @type {Map<string, number>} */
const seen = new Map();
const fields = { prompt: 'make it blue', num_inference_steps: '3' };
const random = () => String(Math.floor(Math.random() * 2 ** 32));

/** One way each to use the service; the status that came. @type {Record<string, () => Promise<number>>} */
const WAYS = {
  edit: async () => (await postEdit(service.url, editBody({ ...fields, seed: random(), n: '2' }))).status,
  stream: async () =>
    (await postEdit(service.url, editBody({ ...fields, stream: 'true', partial_images: '2', progress: 'true' })))
      .status,
  fault: async () => (await postEdit(service.url, editBody({ ...fields, n: 'two' }))).status,
  job: async () => {
    const options = { headers: { Prefer: 'respond-async', 'Idempotency-Key': random() } };
    const { status, headers } = await postEdit(service.url, editBody(fields), options);
    if (status === 202) await (await fetch(`${service.url}${headers.location}/events`)).text();
    return status;
  },
  cancel: async () => {
    const gone = new AbortController();
    const body = editBody({ ...fields, num_inference_steps: '100' });
    const left = postEdit(service.url, body, { signal: gone.signal }).catch(() => ({ status: 499 }));
    await pause(Math.random() * 200);
    gone.abort();
    return (await left).status;
  },
};

async function client() {
  const ways = Object.entries(WAYS);
  while (performance.now() < end) {
    const [name, way] = /** @type {[string, () => Promise<number>]} */ (ways[Math.floor(Math.random() * ways.length)]);
    const what = `${name} ${await way()}`;
    seen.set(what, (seen.get(what) ?? 0) + 1);
  }
}

/** @type {{ minutes: number, api: number, engine: number }[]} */
const samples = [];
async function sample() {
  const startedAt = performance.now();
  while (performance.now() < end) {
    samples.push({ minutes: (performance.now() - startedAt) / 60_000, ...residentMegabytes(await service.metrics()) });
    await pause(SAMPLE_SECONDS * 1000);
  }
}

/** Least squares. @param {'api' | 'engine'} name MB a minute */
function slope(name) {
  const late = samples.filter(({ minutes }) => minutes > MINUTES * WARM_UP_SHARE);
  const meanX = late.reduce((sum, { minutes }) => sum + minutes, 0) / late.length;
  const meanY = late.reduce((sum, sampled) => sum + sampled[name], 0) / late.length;
  const covariance = late.reduce((sum, sampled) => sum + (sampled.minutes - meanX) * (sampled[name] - meanY), 0);
  return covariance / late.reduce((sum, { minutes }) => sum + (minutes - meanX) ** 2, 0);
}

await Promise.all([sample(), ...Array.from({ length: CLIENTS }, client)]);
const code = await service.stop();
console.log(`${MINUTES} minutes, ${CLIENTS} clients; exit code ${code}`);
for (const [what, times] of [...seen].sort()) console.log(`  ${what}: ${times}`);
for (const name of /** @type {const} */ (['api', 'engine'])) {
  const values = samples.map((sampled) => sampled[name]);
  const [first = NaN, last = NaN] = [values[0], values.at(-1)];
  console.log(
    `resident memory of ${name}: first ${first.toFixed(0)} MB, last ${last.toFixed(0)} MB, ` +
      `most ${Math.max(...values).toFixed(0)} MB, slope ${slope(name).toFixed(2)} MB a minute`,
  );
}
const faults = [...seen.keys()].filter((what) => / 5\d\d$/.test(what));
if (faults.length > 0) console.log(`SERVER ERRORS: ${faults.join(', ')}`);
process.exitCode = faults.length > 0 ? 1 : 0;
