import { expect, test } from '@jest/globals';
import { DrainRate } from '../../../src/edits/budget/drain-rate.js';

const clock = (): { seconds: number; pace: DrainRate } => {
  const time = { seconds: 1000 };
  return Object.assign(time, { pace: new DrainRate(() => time.seconds) });
};

test('what is released in a while tells how long more will take', () => {
  const time = clock();
  const { pace } = time;
  pace.add(1_000_000);
  time.seconds += 10;
  pace.add(1_000_000);
  // 2 MB in 10 seconds.
  expect(pace.secondsFor(1_000_000)).toBe(5);
  expect(pace.secondsFor(3_000_000)).toBe(15);
});

test('from 1 to 60 seconds; a moment is not yet a pace', () => {
  const time = clock();
  time.pace.add(1000);
  expect(time.pace.secondsFor(100)).toBe(1);
  expect(time.pace.secondsFor(3000)).toBe(3);
  expect(time.pace.secondsFor(1_000_000)).toBe(60);
});

test('what was released more than a minute ago does not count; 5 where nothing tells', () => {
  const time = clock();
  const { pace } = time;
  expect(pace.secondsFor(1000)).toBe(5);
  pace.add(1_000_000);
  time.seconds += 50;
  pace.add(1000);
  time.seconds += 11;
  // 1,000 bytes in the last 11 seconds.
  expect(pace.secondsFor(2000)).toBe(22);
  time.seconds += 60;
  expect(pace.secondsFor(2000)).toBe(5);
});
