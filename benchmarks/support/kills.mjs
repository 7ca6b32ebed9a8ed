// @ts-check
/** Kills the engine (SIGKILL) while it loads, between its steps and in the middle of one, and looks what comes of it. */
import { setTimeout as pause } from 'node:timers/promises';
import { editBody, firstPicture, postEdit } from './edit-request.mjs';
import { FollowedEdit } from './followed-edit.mjs';
import { startService } from '../../scripts/support/service.mjs';
import { isReady, metric, ready, until } from './watching.mjs';

/** @typedef {import('../../scripts/support/service.mjs').Service} Service */
/** @typedef {'at load' | 'between steps' | 'inside a step'} Where */
/**
 * What one kill did; times in milliseconds.
 * @typedef {object} Kill
 * @property {Where} where
 * @property {string} fell when it came, against the length of what it came in
 * @property {number} [answered] until the running edit had its answer
 * @property {string} told what /ready said
 * @property {number} [served] until the job that waited had its right picture
 * @property {boolean} isRight
 */

const SHORT = editBody({ prompt: 'make it blue', num_inference_steps: '1', seed: '1' });
/** So large that a step lasts long enough to be hit in its middle. */
const LONG = editBody({
  prompt: 'make it blue',
  num_inference_steps: '150',
  size: '1024x1024',
  true_cfg_scale: '1',
  progress: 'true',
  seed: '1',
});
/** Steps after which their pace is known. */
const PACED = 4;
/** The longest that the answer to a killed engine's edit may take. */
const ANSWER_MILLISECONDS = 2000;

/** @param {number} milliseconds */
const ms = (milliseconds) => `${milliseconds.toFixed(0)} ms`;
/** @param {number} time @param {number} whole */
const share = (time, whole) => `${ms(time)} of ${ms(whole)} (${((100 * time) / whole).toFixed(0)} %)`;

/** @param {Service} service */
function kill(service) {
  process.kill(service.enginePid(), 'SIGKILL');
  return performance.now();
}

/**
 * Waits for the job that waited through a kill; milliseconds from then, or NaN when its picture is not the right one.
 * @param {Service} service @param {string} id @param {string} right @param {number} killedAt
 */
async function servedAfter(service, id, right, killedAt) {
  /** @type {any} */
  let job = { finished_at: null };
  while (job.finished_at === null) {
    await pause(20);
    job = await (await fetch(`${service.url}/v1/images/edits/${id}`)).json();
  }
  const isRight = job.status === 'succeeded' && job.result.data[0].b64_json === right;
  return isRight ? performance.now() - killedAt : NaN;
}

/** @param {Service} service */
async function submitShort(service) {
  const { text } = await postEdit(service.url, SHORT, { headers: { Prefer: 'respond-async' } });
  return /** @type {string} */ (JSON.parse(text).id);
}

/** @param {{ status: number, reason: string }} told */
const isToldKilled = ({ status, reason }) => status === 503 && /the engine process was killed/.test(reason);

/**
 * Kills the engine once an edit's pace is known, at a step's event or half a step after it, with a job waiting behind.
 * @param {Service} service @param {string} right
 * @param {'between steps' | 'inside a step'} where
 * @param {boolean} isAgainAtLoad the engine that comes after it is killed in the middle of its load, too
 * @returns {Promise<Kill[]>}
 */
async function killInEdit(service, right, where, isAgainAtLoad) {
  const edit = await FollowedEdit.start(service.url, LONG);
  await edit.reaches(1);
  const waiting = await submitShort(service);
  await edit.reaches(edit.steps.length + PACED);
  const stepMilliseconds = edit.stepMilliseconds;
  if (where === 'inside a step') await pause(stepMilliseconds / 2);
  const pid = service.enginePid();
  const killedAt = kill(service);
  const load = isAgainAtLoad ? null : watchLoad(service, pid);
  const last = edit.steps.at(-1) ?? { step: NaN, at: NaN };
  const failed = await edit.answer;
  const told = await ready(service);
  const again = isAgainAtLoad ? [await killAtLoad(service, pid)] : [];
  const served = await servedAfter(service, waiting, right, killedAt);
  await (load ?? until(() => isReady(service)));
  const isAnswered =
    failed.status === 500 &&
    JSON.parse(failed.text).error.code === 'GENERATION_ERROR' &&
    failed.headers['x-should-retry'] === 'false' &&
    failed.at - killedAt < ANSWER_MILLISECONDS;
  /** @type {Kill} */
  const seen = {
    where,
    fell: `in step ${last.step + 1}, ${share(killedAt - last.at, stepMilliseconds)} after step ${last.step} was told`,
    answered: failed.at - killedAt,
    told: `${told.status}`,
    served,
    isRight: isAnswered && isToldKilled(told) && served > 0 && edit.steps.at(-1) === last,
  };
  return [seen, ...again.map((one) => ({ ...one, served }))];
}

/** Milliseconds that the engine's shortest load took. */
let loadMilliseconds = Infinity;

/** Measures the load of the engine that comes after this one. @param {Service} service @param {number} pid */
async function watchLoad(service, pid) {
  await until(() => service.enginePid() !== pid);
  const startedAt = performance.now();
  await until(() => isReady(service));
  loadMilliseconds = Math.min(loadMilliseconds, performance.now() - startedAt);
}

/**
 * Waits for the next engine to start, and kills it somewhere in its load.
 * @param {Service} service
 * @param {number} pid of the one that was killed before
 * @returns {Promise<Kill>}
 */
async function killAtLoad(service, pid) {
  await until(() => service.enginePid() !== pid);
  const startedAt = performance.now();
  await pause(loadMilliseconds * (0.1 + 0.6 * Math.random()));
  const before = await ready(service);
  const restarts = await metric(service, RESTARTS);
  const killedAt = kill(service);
  await until(async () => (await metric(service, RESTARTS)) > restarts);
  const told = await ready(service);
  return {
    where: 'at load',
    fell: `${share(killedAt - startedAt, loadMilliseconds)} after its start`,
    told: `${told.status}`,
    isRight: before.status === 503 && isToldKilled(told),
  };
}

const RESTARTS = 'qwen_edit_engine_restarts_total{engine="0"}';

/**
 * Twenty kills: six at load, seven at a step's event, seven in the middle of a step.
 * @param {(fault: string, seen: string, isRight: boolean) => void} tell
 */
export async function kills(tell) {
  const service = await startService({ SHUTDOWN_GRACE_SECONDS: '0' });
  const right = firstPicture((await postEdit(service.url, SHORT)).text);
  /** @type {Kill[]} */
  const seen = [];
  for (let round = 0; round < 7; round += 1) {
    seen.push(...(await killInEdit(service, right, 'between steps', round > 3)));
    seen.push(...(await killInEdit(service, right, 'inside a step', round > 3)));
  }
  const restarts = await metric(service, RESTARTS);
  console.log(
    '\n| engine killed | where it fell | answer to the edit after | /ready | the job that waited right after |',
  );
  console.log('|---|---|---|---|---|');
  for (const { where, fell, answered, told, served, isRight } of seen) {
    const cells = [answered, served].map((time) => (time === undefined ? '' : ms(time)));
    console.log(`| ${isRight ? '' : 'NOT AS IT MUST BE: '}${where} | ${fell} | ${cells[0]} | ${told} | ${cells[1]} |`);
  }
  for (const where of /** @type {Where[]} */ (['at load', 'between steps', 'inside a step'])) {
    const its = seen.filter((one) => one.where === where);
    const answers = its.flatMap(({ answered }) => answered ?? []);
    tell(
      `engine killed ${where}, ${its.length} times`,
      [
        ...(answers.length === 0
          ? []
          : [`500 GENERATION_ERROR after ${Math.min(...answers).toFixed(0)} to ${ms(Math.max(...answers))}`]),
        '/ready 503 with the reason',
        `the job that waited was right ${spread(its.map(({ served }) => served ?? NaN))} after the kill`,
      ].join('; '),
      its.every(({ isRight }) => isRight),
    );
  }
  tell(`engines started for ${seen.length} kills`, `${restarts} restarts`, restarts === seen.length);
  await service.stop();
}

/** @param {number[]} times */
const spread = (times) => `${(Math.min(...times) / 1000).toFixed(1)} to ${(Math.max(...times) / 1000).toFixed(1)} s`;
