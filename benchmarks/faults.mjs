// @ts-check
/**
 * Causes what can break in operation against the built service and prints what it did about it: kills the engine twenty times,
 * hangs it, takes its disk away, sends it clients that hardly send. Fails when anything was not as it must be.
 *
 *     npm run faults [kills] [restarts] [hangs] [disks] [clients]
 */
import { setTimeout as pause } from 'node:timers/promises';
import { connect } from 'node:net';
import { editBody, postEdit } from './support/edit-request.mjs';
import { startService } from '../scripts/support/service.mjs';
import { kills } from './support/kills.mjs';
import { begun, isReady, until } from './support/watching.mjs';

/** @typedef {import('../scripts/support/service.mjs').Service} Service */

const SHORT = editBody({ prompt: 'make it blue', num_inference_steps: '1', seed: '1' });
const LONG = editBody({ prompt: 'make it blue', num_inference_steps: '150', size: '384x384', n: '10', seed: '1' });

/** @type {{ fault: string, seen: string, isRight: boolean }[]} */
const table = [];
/** @param {string} fault @param {string} seen @param {boolean} isRight */
const tell = (fault, seen, isRight) => {
  table.push({ fault, seen, isRight });
  console.log(`${isRight ? 'ok ' : 'BAD'} ${fault}: ${seen}`);
};

async function restarts() {
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
    'engine killed 4 times in a row, the last three as soon as it starts',
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

const causes = { kills: () => kills(tell), restarts, hangs, disks, clients: slowClients };
const asked = process.argv.slice(2);
for (const [name, cause] of Object.entries(causes)) if (asked.length === 0 || asked.includes(name)) await cause();
console.log('\n| fault | seen |\n|---|---|');
for (const { fault, seen, isRight } of table)
  console.log(`| ${fault} | ${isRight ? '' : 'NOT AS IT MUST BE: '}${seen} |`);
process.exitCode = table.every(({ isRight }) => isRight) ? 0 : 1;
