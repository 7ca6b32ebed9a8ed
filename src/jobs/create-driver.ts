import { createInMemoryDriver } from './in-memory/in-memory-driver.js';
import type { DriverParts, JobDriver } from './job-driver.js';

type DriverFactory = (parts: DriverParts) => Promise<JobDriver>;

/** The drivers that there are, by name. A service loads the code of the one that it uses. */
const DRIVERS = {
  'in-memory': (parts) => Promise.resolve(createInMemoryDriver(parts)),
  redis: async (parts) => {
    const { createRedisDriver } = await import('./redis/redis-driver.js');
    return createRedisDriver(parts);
  },
} satisfies Readonly<Record<string, DriverFactory>>;

/** What a driver is called where one is chosen. */
export type DriverName = keyof typeof DRIVERS;

/** The driver of a service whose settings name none. */
export const DEFAULT_DRIVER: DriverName = 'in-memory';

/** Picks the driver of this name, and makes it. */
export function createDriver(name: DriverName, parts: DriverParts): Promise<JobDriver> {
  return DRIVERS[name](parts);
}
