// @ts-check
/**
 * Builds both images from a clean clone of the last commit with Docker, and runs them as an operator does: the CPU's as it is on a
 * read-only root, with an edit, probes and an end in the middle of an edit; `doctor` in the GPU's; and Compose, with a .env, and
 * its profile `scale`: Redis, a service and two workers.
 *
 *     node scripts/check-containers.mjs [--host-network]
 *
 * --host-network: for a daemon without a network of its own; builds and containers use the host's. Compose is `docker compose`, or
 * the program that COMPOSE names; without one it is left out, which is said.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import sharp from 'sharp';
import { freePort } from './support/free-port.mjs';

const ROOT = join(import.meta.dirname, '..');
const PHOTO = join(ROOT, 'docs', 'images', 'photo.jpg');
const [CPU, CUDA] = ['qwen-image-edit:check-cpu', 'qwen-image-edit:check-cuda'];
const READY_SECONDS = 180;
/** For an edit of some steps to end; on an idle machine it takes a few seconds. */
const GRACE_SECONDS = 180;
const GRACE = ['--env', `SHUTDOWN_GRACE_SECONDS=${GRACE_SECONDS}`];
const runFile = promisify(execFile);
const { values: options } = parseArgs({ options: { 'host-network': { type: 'boolean', default: false } } });
const NETWORK = options['host-network'] ? ['--network', 'host'] : [];

/** @param {readonly string[]} args @param {{ cwd?: string, env?: Record<string, string> }} where */
async function docker(args, { cwd = ROOT, env = {} } = {}) {
  const [program = 'docker', ...rest] =
    args[0] === 'compose' && process.env['COMPOSE'] ? [process.env['COMPOSE'], ...args.slice(1)] : ['docker', ...args];
  const { stdout, stderr } = await runFile(program, rest, { cwd, env: { ...process.env, ...env }, maxBuffer: 2 ** 28 });
  return { stdout: stdout.trim(), text: (stdout + stderr).trim() };
}

/** @param {boolean} condition @param {string} message */
function expect(condition, message) {
  if (!condition) throw new Error(message);
}

/** @param {string} text */
const tell = (text) => console.log(`✓ ${text}`);

/** How a container is reached at a port of the host's loopback interface. @param {number} port */
function published(port) {
  if (options['host-network']) return [...NETWORK, '--env', 'HOST=127.0.0.1', '--env', `PORT=${port}`];
  return ['--publish', `127.0.0.1:${port}:8000`];
}

/** Waits for an edit to be possible. @param {string} url */
async function untilReady(url) {
  const late = performance.now() + READY_SECONDS * 1000;
  while (performance.now() < late) {
    const response = await fetch(`${url}/ready`).catch(() => null);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`not ready within ${READY_SECONDS} s`);
}

/** @param {string} url @param {Record<string, string>} fields @param {Record<string, string>} headers */
async function edit(url, fields = {}, headers = {}) {
  const form = new FormData();
  form.set('images', new Blob([await readFile(PHOTO)]), 'photo.jpg');
  form.set('prompt', 'make it black and white');
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return fetch(`${url}/v1/images/edits`, { method: 'POST', body: form, headers });
}

/** Edits whose turn has come. @param {string} url */
async function begunEdits(url) {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^qwen_edit_queue_wait_seconds_count (\d+)$/m.exec(metrics)?.[1]);
}

/** @param {Response} response */
async function expectBlackAndWhite(response) {
  expect(response.status === 200, `the edit's answer: ${response.status}`);
  const { data } = await response.json();
  const { channels } = await sharp(Buffer.from(data[0].b64_json, 'base64')).stats();
  const means = channels.slice(0, 3).map(({ mean }) => mean);
  expect(Math.max(...means) - Math.min(...means) < 8, `the picture is not black and white: ${means.join(', ')}`);
}

/** @param {string} clone @param {string} target @param {string} image */
async function build(clone, target, image) {
  const startedAt = performance.now();
  await docker(['build', ...NETWORK, '--tag', image, '--target', target, '.'], { cwd: clone });
  const size = async (/** @type {string} */ name) =>
    Number((await docker(['image', 'inspect', '--format', '{{.Size}}', name])).stdout);
  const [, base = ''] = /^ARG NODE_IMAGE=(\S+)$/m.exec(await readFile(join(clone, 'Dockerfile'), 'utf8')) ?? [];
  const [whole, below] = [await size(image), await size(base)];
  const megabytes = (/** @type {number} */ bytes) => (bytes / 1e6).toFixed(0);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  tell(
    `${target}: built in ${seconds} s, ${megabytes(whole)} MB, ${megabytes(whole - below)} MB of them above ${base}`,
  );
}

/** The CPU's image as it is, on a read-only root. */
async function runCpu() {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const hardened = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
  const startedAt = performance.now();
  const { stdout: id } = await docker(['run', '--detach', ...hardened, ...GRACE, ...published(port), CPU]);
  try {
    await untilReady(url);
    tell(`cpu: ready after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
    expect((await docker(['exec', id, 'id', '-u'])).stdout === '1000', 'it does not run as user 1000');
    const { stdout: writes } = await docker(['exec', id, 'sh', '-c', 'touch /app/x 2>/dev/null || echo refused']);
    expect(writes === 'refused', 'its root can be written');
    expect((await fetch(`${url}/health`)).ok, '/health is not 200');
    await expectBlackAndWhite(await edit(url));
    tell('cpu: user 1000, a read-only root, /health, a photo edited');

    const running = edit(url, { num_inference_steps: '16' });
    while ((await begunEdits(url)) < 2) await new Promise((resolve) => setTimeout(resolve, 50));
    const stopped = docker(['stop', '--time', String(GRACE_SECONDS + 30), id]);
    const isDraining = async () => (await fetch(`${url}/ready`)).status === 503;
    while (!(await isDraining())) await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await edit(url)).status === 503, 'a new edit is taken while it ends');
    await expectBlackAndWhite(await running);
    await stopped;
    const { stdout: code } = await docker(['inspect', '--format', '{{.State.ExitCode}}', id]);
    expect(code === '0', `the exit code is ${code}`);
    tell('cpu: docker stop in the middle of an edit: no new one taken, the running one finished, exit code 0');
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${(await docker(['logs', id])).text}`, {
      cause: error,
    });
  } finally {
    await docker(['rm', '--force', id]);
  }
}

/** What it needs for a GPU is there; the GPU itself may not be. */
async function examineCuda() {
  const { text } = await docker([
    'run',
    '--rm',
    ...NETWORK,
    '--read-only',
    '--tmpfs',
    '/tmp',
    CUDA,
    'qwen-image-edit',
    'doctor',
  ]);
  expect(/✓ CUDA provider +installed, with NVIDIA's libraries/.test(text), `doctor finds no CUDA provider:\n${text}`);
  expect(/✓ Runtime .*computes/.test(text), `doctor finds no runtime that computes:\n${text}`);
  tell(`cuda: doctor finds the runtime and the CUDA provider with NVIDIA's libraries`);
}

/** Every setting of .env reaches the service. @param {string} clone @param {string} version of Compose */
async function runCompose(clone, version) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const key = 'not secret: $HOME "and" #1';
  const example = await readFile(join(clone, '.env.example'), 'utf8');
  const own = { API_KEY: key, MAX_STEPS: '7', QUEUE_LIMIT: '9', PORT: String(port), DEVICE_MAP: 'auto', MEMORY: '4g' };
  // With the mark that some editors write.
  const lines = Object.entries(own).map(([name, value]) => `${name}='${value}'`);
  await writeFile(join(clone, '.env'), `\uFEFF${example}\n${lines.join('\n')}\n`);
  const files = ['--file', 'docker-compose.yml'];
  if (options['host-network']) {
    const cpu = `{network_mode: host, ports: !reset [], environment: {HOST: 127.0.0.1, PORT: ${port}}}`;
    await writeFile(join(clone, 'host-network.yml'), `services: {cpu: ${cpu}}\n`);
    files.push('--file', 'host-network.yml');
  }
  const env = { MAX_FILES: '3' };
  const compose = (/** @type {string[]} */ ...args) =>
    docker(['compose', ...files, '--profile', 'cpu', ...args], { cwd: clone, env });
  const { stdout: config } = await compose('config', '--format', 'json');
  const passed = JSON.parse(config).services.cpu.environment;
  expect(passed.MAX_FILES === env.MAX_FILES, `a setting of the shell does not win: MAX_FILES=${passed.MAX_FILES}`);
  const wanted = [...`${example}\n${lines.join('\n')}`.matchAll(/^([A-Z][A-Z_]+)=/gm)].map(([, name = '']) => name);
  const missing = wanted.filter((name) => !(name in passed));
  expect(missing.length === 0, `Compose does not pass ${missing.join(', ')}`);
  try {
    await docker(['tag', CPU, 'qwen-image-edit:cpu']);
    await compose('up', '--detach', '--no-build');
    await untilReady(url);
    expect((await edit(url)).status === 401, 'API_KEY of .env is not asked for');
    const authorization = `Basic ${Buffer.from(`:${key}`).toString('base64')}`;
    const { status } = await edit(url, { num_inference_steps: '8' }, { authorization });
    expect(status === 400, `MAX_STEPS of .env is not held: ${status}`);
    await expectBlackAndWhite(await edit(url, { num_inference_steps: '7' }, { authorization }));
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics.includes('qwen_edit_queue_limit_jobs 9'), 'QUEUE_LIMIT of .env has not arrived');
    await compose('stop');
    const { stdout: id } = await compose('ps', '--all', '--quiet');
    const { stdout: code } = await docker(['inspect', '--format', '{{.State.ExitCode}}', id]);
    expect(code === '0', `Compose: the exit code is ${code}`);
    tell(`Compose ${version}: ${wanted.length} settings of .env passed, a photo edited with the key, exit code 0`);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${(await compose('logs')).text}`, {
      cause: error,
    });
  } finally {
    await compose('down', '--volumes');
  }
}

/** Services of the profile `scale` where containers have no network of their own. @param {number} port @param {number} redisPort */
function scaleOnHost(port, redisPort) {
  const url = `redis://127.0.0.1:${redisPort}`;
  /** @param {number} own */
  const environment = (own) => `environment: {HOST: 127.0.0.1, PORT: ${own}, REDIS_URL: '${url}'}`;
  const redis = `command: [redis-server, --bind, 127.0.0.1, --port, '${redisPort}', --appendonly, 'yes']`;
  // Two workers can't listen at one port; their image looks for health at the port that they were told.
  const services = [
    `redis: {network_mode: host, networks: !reset [], healthcheck: {test: [CMD, redis-cli, -p, '${redisPort}', ping]}, ${redis}}`,
    `api: {network_mode: host, networks: !reset [], ports: !reset [], ${environment(port)}}`,
    `worker: {network_mode: host, networks: !reset [], healthcheck: {disable: true}, ${environment(0)}}`,
  ];
  return `services:\n${services.map((service) => `  ${service}\n`).join('')}`;
}

/**
 * Redis, a service and two workers: photos are edited by both workers, and what was accepted is made although Redis is
 * restarted meanwhile and a worker is killed.
 * @param {string} clone
 */
async function runScale(clone) {
  const [port, redisPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  await writeFile(join(clone, '.env'), `PORT=${port}\nMEMORY=4g\nLOST_AFTER_SECONDS=3\n`);
  const files = ['--file', 'docker-compose.yml'];
  if (options['host-network']) {
    await writeFile(join(clone, 'scale-on-host.yml'), scaleOnHost(port, redisPort));
    files.push('--file', 'scale-on-host.yml');
  }
  const compose = (/** @type {string[]} */ ...args) =>
    docker(['compose', ...files, '--profile', 'scale', ...args], { cwd: clone });
  const ids = async (/** @type {string} */ service) =>
    (await compose('ps', '--all', '--quiet', service)).stdout.split('\n').filter((id) => id !== '');
  try {
    await compose('up', '--detach', '--no-build');
    await untilReady(url);
    await Promise.all(Array.from({ length: 2 }, async () => expectBlackAndWhite(await edit(url))));
    const workers = await ids('worker');
    expect(workers.length === 2, `there are ${workers.length} workers`);
    const taken = await edit(url, { num_inference_steps: '16' }, { prefer: 'respond-async' });
    expect(taken.status === 202, `a job is answered with ${taken.status}`);
    const job = `${url}${taken.headers.get('location')}`;
    await docker(['kill', workers[0] ?? '']);
    await compose('restart', 'redis');
    await untilReady(url);
    const status = async () => (await (await fetch(job)).json()).status;
    while (!['succeeded', 'failed', 'cancelled'].includes(await status()))
      await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await status()) === 'succeeded', `the job has ${await status()}`);
    await compose('stop');
    const all = [...(await ids('api')), ...workers.slice(1)];
    for (const id of all) {
      const { stdout: code } = await docker(['inspect', '--format', '{{.State.ExitCode}}', id]);
      expect(code === '0', `an exit code is ${code}`);
    }
    tell(
      'Compose, profile scale: photos edited; a job made although a worker was killed and Redis restarted; exit codes 0',
    );
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${(await compose('logs')).text}`, {
      cause: error,
    });
  } finally {
    await compose('down', '--volumes');
  }
}

const folder = await mkdtemp(join(tmpdir(), 'containers-'));
try {
  const clone = join(folder, 'clone');
  await runFile('git', ['clone', '--quiet', '--depth', '1', `file://${ROOT}`, clone]);
  await build(clone, 'cpu', CPU);
  await runCpu();
  const { text: version } = await docker(['compose', 'version', '--short']).catch(() => ({ text: '' }));
  if (version === '') console.log('- Compose is not here');
  else {
    await runCompose(clone, version);
    await runScale(clone);
  }
  await build(clone, 'cuda', CUDA);
  await examineCuda();
} catch (error) {
  console.log(`✗ ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
