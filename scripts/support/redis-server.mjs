// @ts-check
/** A Redis that is there for a check or a benchmark alone. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.mjs';

/**
 * @typedef {object} RedisServer
 * @property {string} url
 * @property {number} pid
 * @property {() => Promise<void>} remove ends it and removes its data
 */

/**
 * Starts redis-server on a free loopback port, in a folder of its own; resolves when it takes connections.
 * @param {...string} options of its command line, such as `--appendonly yes`
 * @returns {Promise<RedisServer>}
 */
export async function startRedis(...options) {
  const folder = await mkdtemp(join(tmpdir(), 'redis-'));
  const port = await freePort();
  const own = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
  const child = spawn('redis-server', [...own, ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  // A benchmark that fails leaves no server behind.
  const endWithUs = () => void child.kill();
  process.once('exit', endWithUs);
  const exited = once(child, 'exit');
  await new Promise((resolve, reject) => {
    let log = '';
    child.stdout.on('data', (/** @type {Buffer} */ text) => {
      log += text.toString();
      if (log.includes('Ready to accept connections')) resolve(undefined);
    });
    child.once('error', () => reject(new Error('redis-server is not here (Debian: apt-get install redis-server)')));
    child.once('exit', () => reject(new Error(`redis-server has ended: ${log}`)));
  });
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: child.pid ?? NaN,
    remove: async () => {
      child.kill('SIGKILL');
      await exited;
      process.off('exit', endWithUs);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
