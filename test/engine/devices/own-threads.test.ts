import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const MODULE = join(import.meta.dirname, '..', '..', '..', 'src', 'engine', 'devices', 'own-threads.ts');
const PROGRAM = `import(${JSON.stringify(MODULE)}).then(({ ownThreads }) => console.log(ownThreads()))`;

/** A core that this process may use, which may be held to some of them itself. */
function ownCore(): string {
  return /^Cpus_allowed_list:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
}

describe('threads of an engine that has the whole machine', () => {
  test('a process that is held to some cores has a thread for each of these', () => {
    const args = ['-c', ownCore(), process.execPath, '--import', 'tsx', '-e', PROGRAM];
    // Of a machine with one core it has all.
    const expected = cpus().length > 1 ? '1' : 'null';
    expect(execFileSync('taskset', args, { encoding: 'utf8' }).trim()).toBe(expected);
  });
});
