import { describe } from '@jest/globals';
import type { DriverFactory } from './driver/driver-bench.js';
import { endTests } from './driver/ends.js';
import { eventTests } from './driver/events.js';
import { keepingTests } from './driver/keeping.js';
import { roomTests } from './driver/room.js';
import { turnTests } from './driver/turns.js';

/** What every driver of the queue must do, as JobQueue and WorkQueue say it. The worker's side is driven by hand: no engine is needed. */
export function driverSuite(name: string, create: DriverFactory): void {
  describe(name, () => {
    roomTests(create);
    turnTests(create);
    eventTests(create);
    endTests(create);
    keepingTests(create);
  });
}
