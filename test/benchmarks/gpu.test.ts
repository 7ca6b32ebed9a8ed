import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const BENCHMARK = join(import.meta.dirname, '..', '..', 'benchmarks', 'gpu.mjs');

let work: string;
beforeAll(() => void (work = mkdtempSync(join(tmpdir(), 'gpu-test-'))));
afterAll(() => rmSync(work, { recursive: true }));

const rehearse = (...args: string[]): string =>
  spawnSync(process.execPath, [BENCHMARK, '--rehearse', '--work', work, '--python', 'no-such-python', ...args], {
    encoding: 'utf8',
  }).stdout;

test('sections are kept as they end, are not run twice, and are left out where no time is left', () => {
  expect(rehearse('--sections', 'machine,doctor', '--minutes', '0')).toContain('machine: no time left: run again');
  expect(readdirSync(work)).toEqual([]);
  expect(rehearse('--sections', 'machine,diffusers-plain')).toMatch(/machine: done.*\n*diffusers-plain: done/s);
  expect(readdirSync(work).sort()).toEqual(['diffusers-plain.md', 'machine.md']);
  expect(readFileSync(join(work, 'machine.md'), 'utf8')).toContain('no-such-python is not there');
  // Whoever has no diffusers is told so.
  expect(readFileSync(join(work, 'diffusers-plain.md'), 'utf8')).toContain('left out');
  expect(rehearse('--sections', 'machine')).toContain('machine: done before');
});

test('a section that fails says so and is run again', () => {
  const printed = rehearse('--sections', 'service-int4', '--checkpoint', join(work, 'none'));
  expect(printed).toContain('service-int4: failed');
  expect(readdirSync(work)).not.toContain('service-int4.md');
});
