import { createInMemoryDriver } from '../../../src/jobs/in-memory/in-memory-driver.js';
import { driverSuite } from '../driver-suite.js';

driverSuite('the in-memory driver', (parts) =>
  Promise.resolve({ driver: createInMemoryDriver(parts), close: () => Promise.resolve() }),
);
