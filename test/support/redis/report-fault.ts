import { appendFileSync } from 'node:fs';
import { expect } from '@jest/globals';

/**
 * Notes for scripts/check-faults.mjs what a test of a fault has done and seen, in the file that FAULTS_TABLE names; without it, does
 * nothing. Whether that is as it must be is what the test asserts.
 */
export function reportFault(done: string, seen: string): void {
  const file = process.env['FAULTS_TABLE'];
  if (file === undefined) return;
  const { currentTestName: test } = expect.getState();
  appendFileSync(file, `${JSON.stringify({ test, done, seen })}\n`);
}

/** Seconds since then, for a report. */
export function secondsSince(startedAt: number): string {
  return `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
}
