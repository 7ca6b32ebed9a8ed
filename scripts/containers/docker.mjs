// @ts-check
/** Docker, as the checks of images and Compose use it. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const ROOT = join(import.meta.dirname, '..', '..');
export const [CPU, CUDA] = ['qwen-image-edit:check-cpu', 'qwen-image-edit:check-cuda'];
/** As operators run it: a read-only root, no capability. */
export const HARDENED = ['--read-only', '--tmpfs', '/tmp', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
const runFile = promisify(execFile);

/** Whether builds and containers use the host's network, as the daemon has none of its own. */
export const onHost = process.argv.includes('--host-network');
export const NETWORK = onHost ? ['--network', 'host'] : [];

/** @param {readonly string[]} args @param {{ cwd?: string, env?: Record<string, string> }} where */
export async function docker(args, { cwd = ROOT, env = {} } = {}) {
  const [program = 'docker', ...rest] =
    args[0] === 'compose' && process.env['COMPOSE'] ? [process.env['COMPOSE'], ...args.slice(1)] : ['docker', ...args];
  const { stdout, stderr } = await runFile(program, rest, { cwd, env: { ...process.env, ...env }, maxBuffer: 2 ** 28 });
  return { stdout: stdout.trim(), text: (stdout + stderr).trim() };
}

/** @param {boolean} condition @param {string} message */
export function expect(condition, message) {
  if (!condition) throw new Error(message);
}

/** @param {string} text */
export const tell = (text) => console.log(`✓ ${text}`);

/** Waits for what is true sooner or later. @param {() => boolean | Promise<boolean>} isSo @param {string} what */
export async function until(isSo, what, seconds = 180) {
  const late = performance.now() + seconds * 1000;
  while (!(await isSo())) {
    if (performance.now() > late) throw new Error(`${what}: not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** How a container is reached at a port of the host's loopback interface. @param {number} port */
export function published(port) {
  if (onHost) return [...NETWORK, '--env', 'HOST=127.0.0.1', '--env', `PORT=${port}`];
  return ['--publish', `127.0.0.1:${port}:8000`];
}

/** @param {string} id */
export const exitCode = async (id) => (await docker(['inspect', '--format', '{{.State.ExitCode}}', id])).stdout;

/**
 * Does something with a container; an error has its log. It is removed at the end.
 * @template T
 * @param {readonly string[]} args of `docker run`
 * @param {(id: string) => Promise<T>} work
 */
export async function withContainer(args, work) {
  const { stdout: id } = await docker(['run', '--detach', ...args]);
  try {
    return await work(id);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${(await docker(['logs', id])).text}`, {
      cause: error,
    });
  } finally {
    await docker(['rm', '--force', id]);
  }
}

/** Does something with a clean clone of the last commit. @param {(clone: string) => Promise<void>} work */
export async function withClone(work) {
  const folder = await mkdtemp(join(tmpdir(), 'containers-'));
  try {
    const clone = join(folder, 'clone');
    await runFile('git', ['clone', '--quiet', '--depth', '1', `file://${ROOT}`, clone]);
    await work(clone);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {string} clone @param {string} target @param {string} image */
export async function build(clone, target, image) {
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
