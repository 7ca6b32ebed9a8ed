// @ts-check
/** The images as they are, without Compose. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/free-port.mjs';
import {
  CPU,
  CUDA,
  docker,
  exitCode,
  expect,
  HARDENED,
  NETWORK,
  onHost,
  published,
  tell,
  until,
  withContainer,
} from './docker.mjs';
import { begunEdits, edit, expectBlackAndWhite, expectGreyOverGrpc, untilReady } from './edits.mjs';

/** For an edit of some steps to end; on an idle machine it takes a few seconds. */
const GRACE_SECONDS = 180;
const GRPC_PORT = 50051;

/** Users of all of a container's processes. @param {string} id */
async function usersOf(id) {
  const [, ...processes] = (await docker(['top', id, '-eo', 'pid,uid'])).stdout.split('\n');
  return [...new Set(processes.map((line) => line.trim().split(/\s+/).at(-1) ?? ''))];
}

/** The CPU's image on a read-only root: probes, an edit, and an end in the middle of one. */
export async function runCpu() {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const startedAt = performance.now();
  const args = [...HARDENED, '--env', `SHUTDOWN_GRACE_SECONDS=${GRACE_SECONDS}`, ...published(port), CPU];
  await withContainer(args, async (id) => {
    await untilReady(url);
    tell(`cpu: ready after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
    const users = await usersOf(id);
    expect(users.join() === '1000', `its processes run as ${users.join(', ')}, not all as 1000`);
    const { stdout: writes } = await docker(['exec', id, 'sh', '-c', 'touch /app/x 2>/dev/null || echo refused']);
    expect(writes === 'refused', 'its root can be written');
    expect((await fetch(`${url}/health`)).ok, '/health is not 200');
    await expectBlackAndWhite(await edit(url));
    tell('cpu: every process as user 1000, a read-only root, /health, a photo edited');
    const health = async () => (await docker(['inspect', '--format', '{{.State.Health.Status}}', id])).stdout;
    await until(async () => (await health()) === 'healthy', 'the image finds itself healthy');
    tell('cpu: healthy by its own check');

    const running = edit(url, { num_inference_steps: '16' });
    await until(async () => (await begunEdits(url)) >= 2, 'the edit begins');
    const stopped = docker(['stop', '--time', String(GRACE_SECONDS + 30), id]);
    await until(async () => (await fetch(`${url}/ready`)).status === 503, 'it drains');
    expect((await edit(url)).status === 503, 'a new edit is taken while it ends');
    await expectBlackAndWhite(await running);
    await stopped;
    const code = await exitCode(id);
    expect(code === '0', `the exit code is ${code}`);
    tell('cpu: docker stop in the middle of an edit: no new one taken, the running one finished, exit code 0');
  });
}

/** gRPC as docs/grpc.md has it: GRPC_INSECURE or TLS, a published port, the .proto files of the image. */
export async function runGrpc() {
  const [port, grpcPort] = [await freePort(), onHost ? await freePort() : GRPC_PORT];
  const outside = onHost ? grpcPort : await freePort();
  const ports = [...published(port), ...(onHost ? [] : ['--publish', `127.0.0.1:${outside}:${grpcPort}`])];
  const args = [...HARDENED, '--env', `GRPC_PORT=${grpcPort}`, '--env', 'GRPC_INSECURE=true', ...ports, CPU];
  const folder = await mkdtemp(join(tmpdir(), 'proto-'));
  try {
    await withContainer(args, async (id) => {
      await untilReady(`http://127.0.0.1:${port}`);
      await docker(['cp', `${id}:/app/proto`, folder]);
      await expectGreyOverGrpc(`127.0.0.1:${outside}`, join(folder, 'proto'));
    });
  } finally {
    await rm(folder, { recursive: true });
  }
  const alone = ['--env', `GRPC_PORT=${grpcPort}`];
  const { text } = await docker(['run', '--rm', ...HARDENED, ...NETWORK, ...alone, CPU]).then(
    () => ({ text: '' }),
    (/** @type {{ stderr: string }} */ { stderr }) => ({ text: stderr }),
  );
  expect(/GRPC_INSECURE/.test(text), `without TLS and GRPC_INSECURE the start does not stop: ${text}`);
  tell(
    "cpu: a photo edited over gRPC with the image's own .proto files; without TLS and GRPC_INSECURE it does not start",
  );
}

/** The other commands run in it, too. */
export async function runDoctor() {
  const { text } = await docker(['run', '--rm', ...NETWORK, ...HARDENED, CPU, 'qwen-image-edit', 'doctor']);
  expect(/✓ Runtime .*computes/.test(text), `doctor finds no runtime that computes:\n${text}`);
  tell('cpu: docker run … qwen-image-edit doctor');
}

/** What it needs for a GPU is there; the GPU itself may not be. */
export async function examineCuda() {
  const { text } = await docker(['run', '--rm', ...NETWORK, ...HARDENED, CUDA, 'qwen-image-edit', 'doctor']);
  expect(/✓ CUDA provider +installed, with NVIDIA's libraries/.test(text), `doctor finds no CUDA provider:\n${text}`);
  expect(/✓ Runtime .*computes/.test(text), `doctor finds no runtime that computes:\n${text}`);
  tell(`cuda: doctor finds the runtime and the CUDA provider with NVIDIA's libraries`);
}
