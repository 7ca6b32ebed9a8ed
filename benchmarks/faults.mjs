// @ts-check
/**
 * Causes what can break in operation against the built service and prints what it did about it: kills the engine twenty times,
 * hangs it, takes its disk away, sends it clients that hardly send. Fails when anything was not as it must be.
 *
 *     npm run faults
 */
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from 'node:net';
import { editBody, firstPicture, postEdit } from './support/edit-request.mjs';
import { startService } from './support/service.mjs';
import { begun, isReady, metric, ready, until } from './support/watching.mjs';

/** @typedef {import('./support/service.mjs').Service} Service */

const SHORT = editBody({ prompt: 'make it blue', num_inference_steps: '1', seed: '1' });
const LONG = editBody({ prompt: 'make it blue', num_inference_steps: '150', size: '384x384', n: '10', seed: '1' });
/** The longest that the answer to a killed engine's edit may take. */
const ANSWER_MILLISECONDS = 2000;

/** @type {{ fault: string, seen: string, isRight: boolean }[]} */
const table = [];
/** @param {string} fault @param {string} seen @param {boolean} isRight */
const tell = (fault, seen, isRight) => {
  table.push({ fault, seen, isRight });
  console.log(`${isRight ? 'ok ' : 'BAD'} ${fault}: ${seen}`);
};

/** @param {number[]} times */
const spread = (times) => `${Math.min(...times).toFixed(0)} to ${Math.max(...times).toFixed(0)} ms`;

/**
 * Kills the engine in the middle of an edit, with a job waiting behind it.
 * @param {Service} service
 * @param {number} delayMilliseconds from the edit's first moment
 * @param {string} right the picture of a good edit
 */
async function killOnce(service, delayMilliseconds, right) {
  const before = await begun(service);
  const running = postEdit(service.url, LONG);
  await until(async () => (await begun(service)) > before);
  const accepted = JSON.parse((await postEdit(service.url, SHORT, { headers: { Prefer: 'respond-async' } })).text);
  await pause(delayMilliseconds);
  const killedAt = performance.now();
  process.kill(service.enginePid(), 'SIGKILL');
  const failed = await running;
  const answeredAfter = performance.now() - killedAt;
  const told = await ready(service);
  /** @type {any} */
  let job = accepted;
  while (job.finished_at === null) {
    await pause(20);
    job = await (await fetch(`${service.url}/v1/images/edits/${accepted.id}`)).json();
  }
  const code = JSON.parse(failed.text).error?.code;
  return {
    answeredAfter,
    servedAfter: performance.now() - killedAt,
    isRight:
      failed.status === 500 &&
      code === 'GENERATION_ERROR' &&
      failed.headers['x-should-retry'] === 'false' &&
      told.status === 503 &&
      /was killed/.test(told.reason) &&
      job.status === 'succeeded' &&
      job.result.data[0].b64_json === right,
  };
}

async function kills() {
  const service = await startService({ SHUTDOWN_GRACE_SECONDS: '0' });
  const right = firstPicture((await postEdit(service.url, SHORT)).text);
  for (const [where, delay] of /** @type {const} */ ([
    ['in its preparations or first steps', () => Math.random() * 40],
    ['between and inside its steps', () => 50 + Math.random() * 400],
  ])) {
    /** @type {Awaited<ReturnType<typeof killOnce>>[]} */
    const rounds = [];
    for (let round = 0; round < 8; round += 1) {
      rounds.push(await killOnce(service, delay(), right));
      await until(() => isReady(service));
    }
    const answers = rounds.map(({ answeredAfter }) => answeredAfter);
    tell(
      `engine killed ${where}, ${rounds.length} times`,
      `500 GENERATION_ERROR after ${spread(answers)}; /ready 503 with the reason; the job that waited was right ${spread(rounds.map(({ servedAfter }) => servedAfter))} after the kill`,
      rounds.every(({ isRight }) => isRight) && Math.max(...answers) < ANSWER_MILLISECONDS,
    );
  }
  const died = await metric(service, 'qwen_edit_engine_restarts_total');
  tell('engines started for 16 kills', `${died} restarts`, died === 16);
  await service.stop();
}

async function killsAtLoad() {
  const service = await startService({ SHUTDOWN_GRACE_SECONDS: '0' });
  for (let round = 0; round < 4; round += 1) {
    const pid = service.enginePid();
    process.kill(pid, 'SIGKILL');
    await until(() => service.enginePid() !== pid);
  }
  const refused = await postEdit(service.url, SHORT);
  const pauses = [...service.engineLog().matchAll(/starts again in ([\d.]+) s/g)].map(([, seconds]) => Number(seconds));
  await until(() => isReady(service));
  const served = await postEdit(service.url, SHORT);
  tell(
    'engine killed at load, 4 times in a row',
    `pauses of ${pauses.join(', ')} s; edits meanwhile ${refused.status}, afterwards ${served.status}`,
    pauses.join() === '0.5,1,2,4' && refused.status === 503 && served.status === 200,
  );
  await service.stop();
}

async function hangs() {
  const service = await startService({
    ENGINE_STALL_SECONDS: '5',
    CANCEL_GRACE_SECONDS: '2',
    SHUTDOWN_GRACE_SECONDS: '0',
  });
  const first = postEdit(service.url, LONG);
  await until(async () => (await begun(service)) > 0);
  let stoppedAt = performance.now();
  process.kill(service.enginePid(), 'SIGSTOP');
  const failed = await first;
  tell(
    'engine hangs in a picture, nobody cancels (ENGINE_STALL_SECONDS=5)',
    `${failed.status} after ${((performance.now() - stoppedAt) / 1000).toFixed(1)} s: ${JSON.parse(failed.text).error.message}`,
    failed.status === 500 && /said nothing for 5 s/.test(failed.text),
  );
  await until(() => isReady(service));
  const pid = service.enginePid();
  const gone = new AbortController();
  const before = await begun(service);
  const left = postEdit(service.url, LONG, { signal: gone.signal }).catch(() => undefined);
  await until(async () => (await begun(service)) > before);
  process.kill(pid, 'SIGSTOP');
  gone.abort();
  await left;
  stoppedAt = performance.now();
  const next = await postEdit(service.url, SHORT);
  tell(
    'engine hangs in a picture whose client has gone (CANCEL_GRACE_SECONDS=2)',
    `the next edit was ${next.status} after ${((performance.now() - stoppedAt) / 1000).toFixed(1)} s, by another engine`,
    next.status === 200 && service.enginePid() !== pid,
  );
  await service.stop();
}

async function disks() {
  for (const [fault, env, limits] of /** @type {const} */ ([
    ['no file can grow (ulimit -f 0)', {}, 'ulimit -f 0'],
    ['read-only folder for temporary files', { TMPDIR: '/sys' }, ':'],
    ['no folder for temporary files', { TMPDIR: '/nowhere/at/all' }, ':'],
  ])) {
    const service = await startService({ ...env }, () => undefined, limits);
    const { status } = await postEdit(
      service.url,
      editBody({ prompt: 'make it blue', num_inference_steps: '2', n: '3' }),
    );
    const code = await service.stop();
    tell(fault, `an edit of three pictures: ${status}; exit code ${code}`, status === 200 && code === 0);
  }
}

async function slowClients() {
  const service = await startService({ SHUTDOWN_GRACE_SECONDS: '0' });
  const { port } = new URL(service.url);
  /** @param {string} text @param {string} [drop] what is sent every second */
  const open = async (text, drop) => {
    const startedAt = performance.now();
    const socket = connect(Number(port), '127.0.0.1');
    let received = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => (received += chunk.toString()));
    socket.write(text);
    let isOpen = true;
    socket.on('close', () => (isOpen = false));
    while (isOpen) {
      await pause(drop === undefined ? 100 : 1000);
      if (drop !== undefined) socket.write(drop);
    }
    return { received, seconds: (performance.now() - startedAt) / 1000 };
  };
  const head = 'POST /v1/images/edits HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=x\r\n';
  const slow = open(`${head}Content-Length: 10000000\r\n\r\n`, '-').then(({ received, seconds }) =>
    tell(
      'a client that sends a byte a second',
      `${received.slice(9, 12)} REQUEST_INCOMPLETE, closed after ${seconds.toFixed(0)} s`,
      /REQUEST_INCOMPLETE/.test(received),
    ),
  );
  const silent = Array.from({ length: 500 }, () => open(''));
  const { status } = await postEdit(service.url, SHORT);
  const closed = await Promise.all(silent);
  const seconds = closed.map((one) => one.seconds);
  tell(
    '500 connections that send nothing',
    `an edit meanwhile ${status}; each answered 408 and closed after ${Math.min(...seconds).toFixed(0)} to ${Math.max(...seconds).toFixed(0)} s`,
    status === 200 && closed.every(({ received }) => received.startsWith('HTTP/1.1 408')),
  );
  await slow;
  await service.stop();
}

for (const cause of [kills, killsAtLoad, hangs, disks, slowClients]) await cause();
console.log('\n| fault | seen |\n|---|---|');
for (const { fault, seen, isRight } of table)
  console.log(`| ${fault} | ${isRight ? '' : 'NOT AS IT MUST BE: '}${seen} |`);
process.exitCode = table.every(({ isRight }) => isRight) ? 0 : 1;
