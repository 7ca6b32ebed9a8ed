// @ts-check
/** The built service on a tiny checkpoint of the tests, for benchmarks and checks that load it from outside. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { NODE_FLAGS, PROGRAM, ROOT } from './program-files.mjs';

/**
 * @typedef {object} Service
 * @property {string} url
 * @property {number} pid
 * @property {() => string} engineLog what it has logged about its engine processes
 * @property {() => number} enginePid of the engine that was started last
 * @property {() => void} signalEnd tells it to end, as an operator does
 * @property {() => Promise<number | null>} ended its exit code
 * @property {() => Promise<number | null>} stop ends it; its exit code
 * @property {() => Promise<Map<string, number>>} metrics by name and labels
 */

/**
 * Starts the service in a folder of its own on a free loopback port; resolves when edits are served.
 * @param {Record<string, string>} env
 * @param {(pid: number) => void} onStart told at once which process it is
 * @param {string} limits a shell's command that is run before it, such as ulimit
 * @returns {Promise<Service>}
 */
export async function startService(env = {}, onStart = () => undefined, limits = ':') {
  const folder = await mkdtemp(join(tmpdir(), 'service-'));
  const child = spawn(
    '/bin/sh',
    ['-c', `${limits}; exec "$0" "$@"`, process.execPath, ...NODE_FLAGS, PROGRAM, 'serve'],
    {
      cwd: folder,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOST: '127.0.0.1',
        PORT: '0',
        QWEN_MODEL_DIR: join(ROOT, 'test', 'fixtures', 'checkpoints', 'plain'),
        ...env,
        // Its address is read from its log.
        LOG_LEVEL: 'info',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  onStart(child.pid ?? NaN);
  child.stderr.pipe(process.stderr);
  // A benchmark that fails leaves no service behind.
  const endWithUs = () => void child.kill();
  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
  let head = '';
  let engines = '';
  let port = '';
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      if (/\[Engine \d+\]/.test(line)) engines += `${line}\n`;
    });
  }
  child.stdout.on('data', (/** @type {Buffer} */ chunk) => {
    if (port !== '') return;
    head += chunk.toString();
    port = /Listening on \S+:(\d+)/.exec(head)?.[1] ?? '';
  });
  const exited = once(child, 'exit').then(async ([code]) => {
    await rm(folder, { recursive: true, force: true });
    return /** @type {number | null} */ (code);
  });
  const isReady = async () => {
    if (port === '') return false;
    const answer = await fetch(`http://127.0.0.1:${port}/ready`);
    if (answer.ok) return true;
    const { reason } = await answer.json();
    if (!/^Failed to load/.test(reason)) return false;
    child.kill('SIGTERM');
    throw new Error(reason);
  };
  while (!(await isReady())) {
    if (child.exitCode !== null) throw new Error(`The service has ended:\n${head}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    pid: child.pid ?? NaN,
    engineLog: () => engines,
    enginePid: () => Number([...engines.matchAll(/Engine process (\d+) started/g)].at(-1)?.[1]),
    signalEnd: () => void child.kill('SIGTERM'),
    ended: () => exited,
    stop: () => {
      child.kill('SIGTERM');
      return exited;
    },
    metrics: async () => parseMetrics(await (await fetch(`${url}/metrics`)).text()),
  };
}

/** @param {string} text */
function parseMetrics(text) {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

const MEGABYTE = 1024 * 1024;

/**
 * Resident memory in MB: the API process's, and the first engine's.
 * @param {Map<string, number>} metrics
 */
export function residentMegabytes(metrics) {
  /** @param {string} labels */
  const of = (labels) => (metrics.get(`qwen_edit_resident_memory_bytes{${labels}}`) ?? NaN) / MEGABYTE;
  return { api: of('process="api"'), engine: of('process="engine",engine="0"') };
}
