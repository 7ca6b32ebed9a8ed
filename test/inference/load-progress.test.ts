import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { LoadProgress } from '../../src/inference/load-progress.js';

test('a load that lasts says what it is at, and the log has a line now and then', async () => {
  const log: string[] = [];
  const progress = new LoadProgress((line) => log.push(line));
  const written = (done: number): string | null =>
    progress.update({ type: 'quantizing', step: 'written', done, count: 9 });
  expect(written(1)).toBeNull();
  await pause(1001);
  expect(written(2)).toBe('quantized weights: 2 of 9 written');
  expect(written(3)).toBe('quantized weights: 3 of 9 written');
  expect(written(9)).toBe('quantized weights: 9 of 9 written');
  expect(progress.update({ type: 'loading', network: 'denoiser', number: 5, count: 7 })).toBe('denoiser, 5 of 7');
  expect(log).toEqual([
    'Loading quantized weights: 2 of 9 written',
    'Loading quantized weights: 9 of 9 written',
    'Loading denoiser, 5 of 7',
  ]);
});
