import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { TestServer } from '../support/server.js';

const PROGRAM = join(import.meta.dirname, '..', '..', 'dist', 'cli.js');
let cwd: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'dot-env-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

/** Runs a command of the built program where the .env is. */
function run(args: readonly string[], env: Record<string, string> = {}): SpawnSyncReturns<string> {
  const { PATH = '' } = process.env;
  return spawnSync(process.execPath, [PROGRAM, ...args], { cwd, env: { PATH, ...env }, encoding: 'utf8' });
}
const linesOf = (text: string): string[] => text.trim().split('\n');

describe('.env of the working directory', () => {
  test('is read, and the environment wins over it; every fault is one line, and the exit code 1', () => {
    writeFileSync(join(cwd, '.env'), 'PORT=http\nMAX_STEPS=many\nLOG_LEVEL=info\n');
    const { stderr, status } = run(['serve'], { LOG_LEVEL: 'loud', PORT: '0' });
    expect(linesOf(stderr)).toEqual([
      'LOG_LEVEL="loud" is invalid: LOG_LEVEL must be one of debug, info, warning, error',
      'MAX_STEPS="many" is invalid: MAX_STEPS must be a whole number from 1 to 1000',
    ]);
    expect(status).toBe(1);
  });

  const faults = [
    '.env, line 2: expected NAME=value, a comment that begins with #, or a blank line',
    '.env, line 4: a quoted value must end with the quote that it begins with, and only a comment may follow',
  ];
  const faulty = 'PORT=0\nAPI_KEY: secret\n\nHOST="0.0.0.0\n';

  test('lines that are no settings stop the start', () => {
    writeFileSync(join(cwd, '.env'), faulty);
    const { stdout, stderr, status } = run(['serve']);
    expect(linesOf(stderr)).toEqual(faults);
    expect(stdout).toBe('');
    expect(status).toBe(1);
  });

  test('the other commands say the same', () => {
    writeFileSync(join(cwd, '.env'), faulty);
    const doctor = run(['doctor']);
    for (const fault of faults) expect(doctor.stdout).toContain(fault);
    expect(doctor.status).toBe(1);
    for (const args of [
      ['export', '--model', 'x', '--out', 'y'],
      ['cache', 'list'],
      ['plan'],
      ['edit', 'a.png', 'make it blue'],
      ['edit', 'a.png', 'make it blue', '--server', 'http://localhost:1'],
    ]) {
      const { stderr, status } = run(args);
      expect(linesOf(stderr)).toEqual(faults);
      expect(status).not.toBe(0);
    }
  });

  test('one that cannot be read stops the start', () => {
    mkdirSync(join(cwd, '.env'));
    const { stderr, status } = run(['serve']);
    expect(linesOf(stderr)).toEqual([".env can't be read (EISDIR)"]);
    expect(status).toBe(1);
  });

  test('the key in its first line is asked for, behind a byte order mark too', async () => {
    const limits = "printf '\\357\\273\\277API_KEY=secret\\nMAX_STEPS=7\\n' > .env";
    const server = await TestServer.start({ untilReady: false, limits });
    const ask = (authorization: string): Promise<Response> =>
      fetch(`${server.url}/openapi.json`, { headers: { authorization } });
    expect((await fetch(`${server.url}/openapi.json`)).status).toBe(401);
    expect((await ask('Bearer guess')).status).toBe(401);
    const answer = await ask('Bearer secret');
    expect(answer.status).toBe(200);
    expect(JSON.stringify(await answer.json())).toContain('"maximum":7');
    await server.stop();
  });
});
