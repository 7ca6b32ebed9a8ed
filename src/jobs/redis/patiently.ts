import { setTimeout as pause } from 'node:timers/promises';
import type { RedisContext } from './redis-context.js';

const PAUSE_MILLISECONDS = 500;
/** What Redis says while it takes nothing, or not yet, and what becomes of a command whose connection is lost. */
const PASSING =
  /^(OOM|LOADING|READONLY|MISCONF|MASTERDOWN|BUSY|TRYAGAIN|CLUSTERDOWN)\b|connection is closed|timed out|ECONN|EPIPE/i;

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
      if (!(error instanceof Error && PASSING.test(error.message))) throw error;
    }
    await pause(PAUSE_MILLISECONDS);
  }
  return null;
}
