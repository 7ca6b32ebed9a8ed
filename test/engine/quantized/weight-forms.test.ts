import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';

const folder = mkdtempSync(join(tmpdir(), 'weight-forms-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Largest difference, as a share of the largest value: what sums in float32 differ by. */
const SAME = 1e-5;

test('the operators that make floats of a GPU’s weights give what codes and scales say, in whole blocks and cut off ones', () => {
  const worker = join(import.meta.dirname, 'weight-forms-worker.mjs');
  const errors = JSON.parse(execFileSync(process.execPath, [worker, folder], { encoding: 'utf8' })) as Record<
    string,
    number[]
  >;
  expect(Object.keys(errors)).toEqual(['int8', 'int4', "int4's modulation", "int4's sensitive ones"]);
  for (const [form, each] of Object.entries(errors)) {
    expect([form, each.length, each.every((error) => error < SAME)]).toEqual([form, 2, true]);
  }
});
