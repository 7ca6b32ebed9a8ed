import { setTimeout as pause } from 'node:timers/promises';
import { redisFault } from '../../redis/redis-fault.js';
import type { RedisContext } from './redis-context.js';

const PAUSE_MILLISECONDS = 500;

/**
 * Does it again until Redis takes it: a worker's picture must not be lost because Redis is being restarted, or is full.
 * @returns null when the driver was closed before
 * @throws what won't pass
 */
export async function patiently<T>(context: RedisContext, command: () => Promise<T>): Promise<T | null> {
  while (!context.isClosed) {
    try {
      return await command();
    } catch (error) {
      if (redisFault(error) === null) throw error;
    }
    await pause(PAUSE_MILLISECONDS);
  }
  return null;
}
