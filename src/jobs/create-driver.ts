import { createInMemoryDriver } from './in-memory/in-memory-driver.js';
import type { DriverParts, JobDriver } from './job-driver.js';

/** The driver that the settings ask for: the one place that knows which there are. */
export function createDriver(parts: DriverParts): JobDriver {
  return createInMemoryDriver(parts);
}
