import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from '@jest/globals';

const BENCHMARK = join(import.meta.dirname, '..', '..', 'benchmarks', 'published-size.mjs');

interface Result {
  /** Null where the system doesn't count it. */
  readonly readMegabytes: number | null;
  readonly peakMegabytes: number;
  readonly tensors: number;
  readonly weightBytes: number;
  readonly files: number;
  readonly largestOffset: number;
  readonly graphBytes: Readonly<Record<string, number>>;
  readonly unexpected: readonly string[];
  readonly apparentBytes: number;
  readonly diskBytes: number;
}

describe.each(['edit', '2509', '2511'])('a checkpoint in the form of %s', (release) => {
  let result: Result;
  beforeAll(async () => {
    // A process of its own, so that its memory is what the reader and the graphs take.
    const { stdout } = await promisify(execFile)(process.execPath, [BENCHMARK, '--release', release, '--json']);
    result = JSON.parse(stdout) as Result;
  });

  test('the sparse checkpoint is of the published size and takes next to nothing', () => {
    expect(result.weightBytes).toBe(2 * (20_430_401_088 + 8_292_166_656 + 126_892_531));
    expect(result.apparentBytes).toBeGreaterThan(57e9);
    expect(result.diskBytes).toBeLessThan(10e6);
  });

  test('all tensors are found over all shards, beyond 4 GB too', () => {
    expect(result.tensors).toBe(1933 + 729 + 194);
    expect(result.files).toBe(9 + 4 + 1);
    expect(result.largestOffset).toBeGreaterThan(2 ** 32);
  });

  test('every graph is built, and no tensor is left over', () => {
    expect(Object.values(result.graphBytes)).toHaveLength(7);
    for (const bytes of Object.values(result.graphBytes)) {
      expect(bytes).toBeGreaterThan(100);
      expect(bytes).toBeLessThan(5e6);
    }
    expect(result.unexpected).toEqual([]);
  });

  test('of its 57 GB little is read, and less than 300 MB are taken', () => {
    if (process.platform === 'linux') expect(result.readMegabytes).toBeGreaterThan(0);
    expect(result.readMegabytes ?? 0).toBeLessThan(5);
    expect(result.peakMegabytes).toBeLessThan(300);
  });
});
