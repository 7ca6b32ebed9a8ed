// @ts-check
import { createServer } from 'node:net';

/**
 * Below the ports that systems give to connections and to who asks for any: one of those may be another's before it is used.
 * A port here stays free also while its server is away for a while.
 */
const FIRST = 10_000;
const COUNT = 20_000;

/** @returns {Promise<number>} a port of the loopback interface that is free now */
export async function freePort() {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (await isFree(port)) return port;
  }
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
