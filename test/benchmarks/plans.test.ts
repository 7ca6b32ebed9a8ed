import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const BENCHMARK = join(import.meta.dirname, '..', '..', 'benchmarks', 'plans.mjs');

function plans(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, DRY_CUDA: join(tmpdir(), 'no-such-kit') };
  return spawnSync(process.execPath, [BENCHMARK, ...args], { encoding: 'utf8', env });
}

test('--list says which rows there are, and which have some texts', () => {
  const all = plans('--list').stdout.trim().split('\n');
  expect(new Set(all).size).toBe(all.length);
  const { status, stdout } = plans('--list', 'int4', '1 × 24 GB');
  expect(status).toBe(0);
  const some = stdout.trim().split('\n');
  expect(some).toEqual(all.filter((row) => row.includes('int4') && row.includes('1 × 24 GB')));
  expect(some).toContain('Edit | 1 × 24 GB | int4 | 4 MP | 1');
});

test('texts that no row has hold nothing, and are told', () => {
  const { status, stderr } = plans('int3');
  expect(status).toBe(1);
  expect(stderr).toMatch(/^No row has int3: .*--list/);
});

test('without the kit it says how to make it', () => {
  const { status, stderr, stdout } = plans('int4');
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /no-such-kit is not set up: run PROJECT=\/\S+ \/\S+benchmarks\/dry-cuda\/setup\.sh \S+no-such-kit/,
  );
  expect(stdout).toBe('');
});
