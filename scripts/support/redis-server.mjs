// @ts-check
/** A Redis that is there for a test, a check or a benchmark alone. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.mjs';

/** @typedef {import('./redis-server.mjs').RedisServer} RedisServer */

/**
 * Starts redis-server on a free loopback port, in a folder of its own; resolves when it takes connections.
 * @param {...string} options of its command line, such as `--appendonly yes`
 * @returns {Promise<RedisServer>}
 */
export async function startRedis(...options) {
  const folder = await mkdtemp(join(tmpdir(), 'redis-'));
  const port = await freePort();
  const command = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', ...options];
  let child = await launch(command);
  /** @param {NodeJS.Signals} signal */
  const end = async (signal) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return child.pid ?? NaN;
    },
    stop: () => end('SIGTERM'),
    startAgain: async () => {
      child = await launch(command);
    },
    remove: async () => {
      await end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** @param {readonly string[]} command its options */
async function launch(command) {
  const child = spawn('redis-server', command, { stdio: ['ignore', 'pipe', 'inherit'] });
  // Whoever has started it and fails leaves no server behind.
  const endWithUs = () => void child.kill('SIGKILL');
  process.once('exit', endWithUs);
  child.once('exit', () => process.off('exit', endWithUs));
  await new Promise((resolve, reject) => {
    let log = '';
    child.stdout.on('data', (/** @type {Buffer} */ text) => {
      log += text.toString();
      if (log.includes('Ready to accept connections')) resolve(undefined);
    });
    child.once('error', () => reject(new Error('redis-server is not here (Debian: apt-get install redis-server)')));
    child.once('exit', () => reject(new Error(`redis-server has ended: ${log}`)));
  });
  return child;
}
