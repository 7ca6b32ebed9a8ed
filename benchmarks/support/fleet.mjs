// @ts-check
/** Several services that share their jobs through a Redis of their own. */
import { availableParallelism } from 'node:os';
import { startRedis } from '../../scripts/support/redis-server.mjs';
import { startService } from '../../scripts/support/service.mjs';
import { ownProcessorSeconds, processorSeconds } from './process-memory.mjs';

const [APIS, WORKERS] = [2, 2];

/**
 * What is loaded: one service, or several that act as one.
 * @typedef {object} Loaded
 * @property {string} name
 * @property {readonly string[]} urls where edits are taken
 * @property {() => Promise<string>} memory what its processes hold resident
 * @property {() => Map<string, number>} processor seconds of processors that each kind of its processes has taken until now
 * @property {string | null} redisUrl null: it has none
 * @property {() => Promise<readonly (number | null)[]>} end as an operator ends it; the exit codes of its processes
 */

/** @param {Map<string, number>} metrics */
const megabytes = (metrics) =>
  [...metrics]
    .filter(([name]) => name.startsWith('qwen_edit_resident_memory_bytes{'))
    .map(([name, bytes]) => `${/process="(\w+)"/.exec(name)?.[1]} ${(bytes / 1024 ** 2).toFixed(0)}`)
    .join(', ');

/**
 * Processor time by kinds of processes: what a service has started are its engines.
 * @param {Readonly<Record<string, readonly number[]>>} services ids of services, by what they are called
 */
function processorOf(services) {
  /** @type {Map<string, number>} */
  const seconds = new Map();
  let engines = 0;
  for (const [name, pids] of Object.entries(services)) {
    const own = pids.reduce((sum, pid) => sum + ownProcessorSeconds(pid), 0);
    seconds.set(name, own);
    engines += pids.reduce((sum, pid) => sum + processorSeconds(pid), 0) - own;
  }
  return new Map([['engines', engines], ...seconds]);
}

/**
 * One service whose jobs lie in its own memory.
 * @param {number} engines
 * @param {Record<string, string>} env
 * @returns {Promise<Loaded>}
 */
export async function startAlone(engines, env) {
  const service = await startService({ ENGINES: String(engines), ...env });
  return {
    name: `one service with ${engines === 1 ? 'an engine' : `${engines} engines`}, jobs in its own memory`,
    urls: [service.url],
    memory: async () => megabytes(await service.metrics()),
    processor: () => processorOf({ service: [service.pid] }),
    redisUrl: null,
    end: async () => [await service.stop()],
  };
}

/** A worker's share of the cores, as taskset takes it. @param {number} index */
function coresOf(index) {
  const each = Math.max(1, Math.floor(availableParallelism() / WORKERS));
  return `${index * each}-${(index + 1) * each - 1}`;
}

/**
 * Services that take edits, workers that make the pictures, and Redis between them.
 * @param {Record<string, string>} env of all
 * @returns {Promise<Loaded>}
 */
export async function startFleet(env) {
  const redis = await startRedis('--appendonly', 'yes');
  /** @param {string} role @param {number} count @param {(index: number) => string} limits */
  const start = (role, count, limits = () => ':') =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        startService({ REDIS_URL: redis.url, ROLE: role, ...env }, undefined, limits(index)),
      ),
    );
  // Each has as many cores as an engine of one service: two that think the machine their own would hinder each other.
  const workers = await start('worker', WORKERS, (index) => `taskset -pc ${coresOf(index)} $$ >/dev/null`);
  const apis = await start('api', APIS);
  const all = [...apis, ...workers];
  return {
    name: `${APIS} services and ${WORKERS} workers, jobs in Redis`,
    urls: apis.map(({ url }) => url),
    processor: () =>
      processorOf({
        services: apis.map(({ pid }) => pid),
        workers: workers.map(({ pid }) => pid),
        Redis: [redis.pid],
      }),
    redisUrl: redis.url,
    memory: async () => (await Promise.all(all.map(async (service) => megabytes(await service.metrics())))).join('; '),
    end: async () => {
      // What was taken is still made: the workers go last.
      const codes = await Promise.all(apis.map((service) => service.stop()));
      codes.push(...(await Promise.all(workers.map((service) => service.stop()))));
      await redis.remove();
      return codes;
    },
  };
}
