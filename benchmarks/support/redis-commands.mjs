// @ts-check
/** What is asked of a Redis, command by command. */
import { Redis } from 'ioredis';

/**
 * Counts what clients send to Redis until told to stop; what scripts call there isn't sent.
 * @param {string} url
 * @returns {Promise<() => Map<string, number>>} stops, and gives how often each command came
 */
export async function countCommands(url) {
  const client = new Redis(url);
  const monitor = await client.monitor();
  /** @type {Map<string, number>} */
  const counts = new Map();
  monitor.on('monitor', (_time, /** @type {string[]} */ [name = ''], /** @type {string} */ source) => {
    if (source === 'lua') return;
    const command = name.toLowerCase();
    counts.set(command, (counts.get(command) ?? 0) + 1);
  });
  return () => {
    monitor.disconnect();
    client.disconnect();
    return counts;
  };
}
