import { createInMemoryDriver } from './in-memory/in-memory-driver.js';
import type { DriverParts, JobDriver } from './job-driver.js';

type DriverFactory = (parts: DriverParts) => JobDriver;

/** The drivers that there are, by name. */
const DRIVERS = { 'in-memory': createInMemoryDriver } satisfies Readonly<Record<string, DriverFactory>>;

/** What a driver is called where one is chosen. */
export type DriverName = keyof typeof DRIVERS;

/** The driver of a service whose settings name none. */
export const DEFAULT_DRIVER: DriverName = 'in-memory';

/** Picks the driver of this name, and makes it. */
export function createDriver(name: DriverName, parts: DriverParts): JobDriver {
  return DRIVERS[name](parts);
}
