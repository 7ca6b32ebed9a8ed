// @ts-check
/** docker-compose.yml as an operator uses it, from a clean clone. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../support/free-port.mjs';
import { CPU, docker, exitCode, expect, onHost, tell, until } from './docker.mjs';
import { edit, expectBlackAndWhite, expectGreyOverGrpc, expectMade, statusOf, submit, untilReady } from './edits.mjs';

const GRPC_PORT = 50051;

/** @typedef {(...args: string[]) => Promise<{ stdout: string, text: string }>} Compose */

/** Version of Compose; null without it. */
export async function composeVersion() {
  return docker(['compose', 'version', '--short']).then(
    ({ text }) => text,
    () => null,
  );
}

/**
 * A profile's services do something, and are taken down; an error has their log.
 * @param {string} clone
 * @param {string} profile
 * @param {{ env?: Record<string, string>, override?: string }} options override: a file beside docker-compose.yml, whose text
 *   it is
 * @param {(compose: Compose) => Promise<void>} work
 */
async function withCompose(clone, profile, { env = {}, override = '' }, work) {
  const files = ['--file', 'docker-compose.yml'];
  if (override !== '') {
    await writeFile(join(clone, `${profile}.override.yml`), override);
    files.push('--file', `${profile}.override.yml`);
  }
  /** @type {Compose} */
  const compose = (...args) => docker(['compose', ...files, '--profile', profile, ...args], { cwd: clone, env });
  try {
    await docker(['tag', CPU, 'qwen-image-edit:cpu']);
    await work(compose);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${(await compose('logs')).text}`, {
      cause: error,
    });
  } finally {
    await compose('down', '--volumes');
  }
}

/** Every setting of .env reaches the service, and gRPC is published as docs/grpc.md says. @param {string} clone */
export async function runCompose(clone) {
  const [port, grpcPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const key = 'not secret: $HOME "and" #1';
  const example = await readFile(join(clone, '.env.example'), 'utf8');
  const inside = onHost ? grpcPort : GRPC_PORT;
  const own = { API_KEY: key, MAX_STEPS: '7', QUEUE_LIMIT: '9', PORT: String(port), DEVICE_MAP: 'auto', MEMORY: '4g' };
  const grpc = { GRPC_PORT: String(inside), GRPC_INSECURE: 'true' };
  // With the mark that some editors write.
  const lines = Object.entries({ ...own, ...grpc }).map(([name, value]) => `${name}='${value}'`);
  await writeFile(join(clone, '.env'), `\uFEFF${example}\n${lines.join('\n')}\n`);
  const override = onHost
    ? `services: {cpu: {network_mode: host, ports: !reset [], environment: {HOST: 127.0.0.1, PORT: ${port}}}}\n`
    : `services: {cpu: {ports: ['127.0.0.1:${grpcPort}:${inside}']}}\n`;
  const env = { MAX_FILES: '3' };
  await withCompose(clone, 'cpu', { env, override }, async (compose) => {
    const { stdout: config } = await compose('config', '--format', 'json');
    const passed = JSON.parse(config).services.cpu.environment;
    expect(passed.MAX_FILES === env.MAX_FILES, `a setting of the shell does not win: MAX_FILES=${passed.MAX_FILES}`);
    const wanted = [...`${example}\n${lines.join('\n')}`.matchAll(/^([A-Z][A-Z_]+)=/gm)].map(([, name = '']) => name);
    const missing = wanted.filter((name) => !(name in passed));
    expect(missing.length === 0, `Compose does not pass ${missing.join(', ')}`);
    await compose('up', '--detach', '--no-build');
    await untilReady(url);
    expect((await edit(url)).status === 401, 'API_KEY of .env is not asked for');
    const authorization = `Basic ${Buffer.from(`:${key}`).toString('base64')}`;
    const { status } = await edit(url, { num_inference_steps: '8' }, { authorization });
    expect(status === 400, `MAX_STEPS of .env is not held: ${status}`);
    await expectBlackAndWhite(await edit(url, { num_inference_steps: '7' }, { authorization }));
    await expectGreyOverGrpc(`127.0.0.1:${grpcPort}`, join(clone, 'proto'), key);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics.includes('qwen_edit_queue_limit_jobs 9'), 'QUEUE_LIMIT of .env has not arrived');
    await compose('stop');
    const code = await exitCode((await compose('ps', '--all', '--quiet')).stdout);
    expect(code === '0', `Compose: the exit code is ${code}`);
    tell(
      `Compose: ${wanted.length} settings of .env passed, photos edited with the key, over HTTP and gRPC, exit code 0`,
    );
  });
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
 * Redis, a service and two workers: photos are edited by both workers, and what was accepted is made although a worker is
 * killed in the middle of a picture and Redis is restarted.
 * @param {string} clone
 */
export async function runScale(clone) {
  const [port, redisPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  await writeFile(join(clone, '.env'), `PORT=${port}\nMEMORY=4g\nLOST_AFTER_SECONDS=3\n`);
  const override = onHost ? scaleOnHost(port, redisPort) : '';
  await withCompose(clone, 'scale', { override }, async (compose) => {
    const ids = async (/** @type {string} */ service) =>
      (await compose('ps', '--all', '--quiet', service)).stdout.split('\n').filter((id) => id !== '');
    await compose('up', '--detach', '--no-build');
    await untilReady(url);
    const workers = await ids('worker');
    expect(workers.length === 2, `there are ${workers.length} workers`);
    await Promise.all(Array.from({ length: 2 }, async () => expectBlackAndWhite(await edit(url))));
    // One at each worker.
    const jobs = [await submit(url, { num_inference_steps: '32' }), await submit(url, { num_inference_steps: '32' })];
    for (const job of jobs) await until(async () => (await statusOf(job)) === 'running', 'a worker begins a picture');
    await docker(['kill', workers[0] ?? '']);
    await compose('restart', 'redis');
    await untilReady(url);
    for (const job of jobs) await expectMade(job);
    await compose('stop');
    for (const id of [...(await ids('api')), ...workers.slice(1)]) {
      const code = await exitCode(id);
      expect(code === '0', `an exit code is ${code}`);
    }
    tell(
      'Compose, profile scale: photos edited; two pictures made although a worker was killed in one and Redis restarted; exit codes 0',
    );
  });
}
