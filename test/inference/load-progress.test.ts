import { expect, test } from '@jest/globals';
import { LoadProgress } from '../../src/inference/load-progress.js';

test('a load that lasts says what it is at, and the log has a line now and then', () => {
  const log: string[] = [];
  let now = 5000;
  const progress = new LoadProgress(
    (line) => log.push(line),
    () => now,
  );
  const rounded = (done: number, secondsLeft: number | null): string | null =>
    progress.update({ type: 'quantizing', step: 'rounded', done, count: 9, secondsLeft });
  expect(rounded(1, 400)).toBeNull();
  now += 1000;
  expect(rounded(2, null)).toBe('quantized weights: 2 of 9 rounded');
  expect(rounded(3, 200)).toBe('quantized weights: 3 of 9 rounded, about 3 min left');
  now += 9999;
  expect(rounded(4, 33.4)).toBe('quantized weights: 4 of 9 rounded, about 34 s left');
  now += 1;
  expect(rounded(5, 20)).toBe('quantized weights: 5 of 9 rounded, about 20 s left');
  expect(rounded(9, 0)).toBe('quantized weights: 9 of 9 rounded');
  expect(progress.update({ type: 'quantizing', step: 'repacked', done: 3, count: 9, secondsLeft: null })).toBe(
    'weights of the GGUF file: 3 of 9 repacked',
  );
  expect(progress.update({ type: 'loading', network: 'denoiser', number: 5, count: 7 })).toBe('denoiser, 5 of 7');
  expect(log).toEqual([
    'Loading quantized weights: 2 of 9 rounded',
    'Loading quantized weights: 5 of 9 rounded, about 20 s left',
    'Loading quantized weights: 9 of 9 rounded',
    'Loading denoiser, 5 of 7',
  ]);
});
