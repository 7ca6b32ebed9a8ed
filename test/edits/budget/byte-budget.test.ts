import { expect, test } from '@jest/globals';
import { readSettings } from '../../../src/config/read-settings.js';
import { ByteBudget } from '../../../src/edits/budget/byte-budget.service.js';
import { Metrics } from '../../../src/metrics/metrics.service.js';

test('bytes that work holds count until it is over, though their request has ended', async () => {
  const { limits } = readSettings({ UPLOADS_MAX_MB: '1' });
  const budget = new ByteBudget(limits, new Metrics());
  const held = budget.hold();
  held.add(1_000_000);
  let end = (): void => undefined;
  const work = held.during(new Promise<void>((resolve) => (end = resolve)));
  held.release();
  expect(() => budget.checkRoom(100_000)).toThrow(/UPLOADS_MAX_MB/);
  end();
  await work;
  expect(() => budget.checkRoom(1_000_000)).not.toThrow();
});
