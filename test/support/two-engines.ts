import type { Fields } from './edit-form.js';
import { deleteJob, ENDLESS, jobEnds, jobRuns, submitJob } from './jobs.js';
import { metric, metricReaches } from './metrics.js';
import { TestServer } from './server.js';

export const READY = (engine: string): string => `qwen_edit_engine_ready{engine="${engine}"}`;
export const RESTARTS = (engine: string): string => `qwen_edit_engine_restarts_total{engine="${engine}"}`;
export const IN_FLIGHT = 'qwen_edit_pictures_in_flight';

/** More pictures than engines. */
export const BATCH: Fields = { n: '6', num_inference_steps: '3' };

interface ReadyBody {
  readonly status: string;
  readonly reason?: string;
  readonly details: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A service with two engines that are both ready. */
export async function startTwo(options: Parameters<typeof TestServer.start>[0] = {}): Promise<TestServer> {
  const server = await TestServer.start({ ...options, env: { ENGINES: '2', ...options.env } });
  await bothReady(server);
  return server;
}

export async function bothReady({ url }: TestServer): Promise<void> {
  for (const engine of ['0', '1']) await metricReaches(url, READY(engine), 1);
}

export async function ready({ url }: TestServer): Promise<{ code: number; body: ReadyBody }> {
  const response = await fetch(`${url}/ready`);
  return { code: response.status, body: (await response.json()) as ReadyBody };
}

/** Two jobs that don't end by themselves, each with a picture at an engine. */
export async function twoRunning({ url }: TestServer): Promise<readonly [string, string]> {
  const [first, second] = [await submitJob(url, ENDLESS), await submitJob(url, ENDLESS)];
  await Promise.all([jobRuns(url, first.id), jobRuns(url, second.id)]);
  return [first.id, second.id];
}

/** Cancels jobs, and waits until no engine has a picture. */
export async function giveUp({ url }: TestServer, jobs: readonly string[]): Promise<void> {
  for (const id of jobs) await (await deleteJob(url, id)).text();
  for (const id of jobs) await jobEnds(url, id);
  while ((await metric(url, IN_FLIGHT)) !== 0) await new Promise((resolve) => setTimeout(resolve, 10));
}
