import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getJob } from '../jobs.js';
import { TestServer } from '../server.js';
import { type RedisServer, startRedis } from '../../../scripts/support/redis-server.mjs';

/** A process that was killed counts as gone after so long. One that is there is never silent for it, however busy the machine is. */
export const LOST_SECONDS = 4;

/** Services and workers that share a Redis, all of them real processes. */
export class ScaledService {
  private readonly servers: TestServer[] = [];

  private constructor(readonly redis: RedisServer) {}

  static async start(...redisOptions: string[]): Promise<ScaledService> {
    return new ScaledService(await startRedis(...redisOptions));
  }

  /** One service and so many workers, ready to take edits. */
  async served(
    workers: number,
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ api: TestServer; workers: TestServer[] }> {
    const api = await this.api(env);
    const made = await Promise.all(Array.from({ length: workers }, () => this.worker(env)));
    await isServed(api);
    return { api, workers: made };
  }

  /** A service that takes edits and has no engine; it is ready once a worker serves a model. */
  async api(env: Readonly<Record<string, string>> = {}): Promise<TestServer> {
    return this.add({ ROLE: 'api', ...env }, 'plain', false);
  }

  /** @param checkpoint folder of the checkpoint that it serves, or its name among the fixtures */
  async worker(env: Readonly<Record<string, string>> = {}, checkpoint = 'plain'): Promise<TestServer> {
    return this.add({ ROLE: 'worker', ENGINES: '1', LOG_LEVEL: 'debug', ...env }, checkpoint, true);
  }

  /** A service that shares nothing with the others. */
  async alone(): Promise<TestServer> {
    const server = await TestServer.start();
    this.servers.push(server);
    return server;
  }

  /** Its end is no matter to the others' test. */
  async stop(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.kill()));
    await this.redis.remove();
  }

  private async add(env: Record<string, string>, checkpoint: string, untilReady: boolean): Promise<TestServer> {
    const server = await TestServer.start({
      checkpoint,
      untilReady,
      env: {
        REDIS_URL: this.redis.url,
        LOST_AFTER_SECONDS: String(LOST_SECONDS),
        SHUTDOWN_GRACE_SECONDS: '20',
        ...env,
      },
    });
    this.servers.push(server);
    return server;
  }
}

/** The worker that makes a picture now. */
export async function busyOf(workers: readonly TestServer[]): Promise<TestServer> {
  for (;;) {
    for (const worker of workers) {
      if ((worker.log.match(/takes picture/g) ?? []).length > (worker.log.match(/leaves picture/g) ?? []).length)
        return worker;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * Has a worker make steps of a job's first picture, and stops its engine there, however fast it is: what is done to the worker finds it in
 * a step. Every worker's engine must be held.
 */
export async function heldInStep(api: TestServer, workers: readonly TestServer[], id: string): Promise<TestServer> {
  // Of the first picture alone steps are told before it is made.
  const taken = (worker: TestServer): boolean => worker.log.includes(`takes picture 1 of job ${id}`);
  await eventually(() => workers.some(taken));
  const worker = workers.find(taken);
  if (worker === undefined) throw new Error('Nobody has taken it');
  while ((await getJob(api.url, id)).progress === null) {
    worker.letEngineGoOn();
    await new Promise((resolve) => setTimeout(resolve, 5));
    worker.holdEngine();
  }
  return worker;
}

/** Waits until the condition holds. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Waits until the service is ready to take edits. */
export function isServed(server: TestServer): Promise<void> {
  return eventually(async () => (await fetch(`${server.url}/ready`)).status === 200);
}

/** The same checkpoint in a folder of another name, which is its model's id. */
export function renamedCheckpoint(folder: string, name: string): { readonly folder: string; remove(): void } {
  const parent = mkdtempSync(join(tmpdir(), 'checkpoint-'));
  cpSync(folder, join(parent, name), { recursive: true, dereference: true });
  return { folder: join(parent, name), remove: () => rmSync(parent, { recursive: true, force: true }) };
}
