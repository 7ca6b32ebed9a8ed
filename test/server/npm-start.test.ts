import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { goodForm, postEdit } from '../support/edit-form.js';
import { expectError } from '../support/expect-error.js';
import { jobsBegin, LONG } from '../support/jobs.js';
import { isGone } from '../support/process.js';
import { type ServerOptions, TestServer } from '../support/server.js';

const ROOT = join(import.meta.dirname, '..', '..');
const npmStart = (folder: string): readonly string[] => ['npm', '--prefix', folder, 'start'];

describe('npm start', () => {
  let server: TestServer | undefined;
  const start = async (options: ServerOptions = {}): Promise<TestServer> =>
    (server = await TestServer.start({ command: npmStart(ROOT), ...options }));
  afterEach(async () => {
    await server?.stop();
    server = undefined;
  });

  test.each([
    ['SIGTERM', "npm's process", false],
    ['SIGINT', "npm's process", false],
    ['SIGTERM', 'all processes, as a terminal and npm send it', true],
    ['SIGINT', 'all processes, as a terminal and npm send it', true],
  ] as const)(
    '%s to %s: nothing new is taken, what runs is finished, exit code 0, no engine left',
    async (signal, _to, isGroup) => {
      const service = await start({ ownGroup: isGroup });
      const { url, pid, enginePid } = service;
      service.holdEngine();
      const running = postEdit(url, goodForm(LONG));
      await jobsBegin(url, 1);
      process.kill(isGroup ? -pid : pid, signal);
      await service.until(() => service.log.includes('Ending: nothing new is taken'));
      await expectError(await postEdit(url, goodForm()), {
        status: 503,
        code: 'MODEL_NOT_READY',
        message: 'Model is not ready yet',
        param: null,
      });
      service.letEngineGoOn();
      expect((await running).status).toBe(200);
      expect((await service.ended()).code).toBe(0);
      await isGone(enginePid);
    },
  );

  test('says that it builds while it builds, and ends with exit code 0 then, too', async () => {
    const clone = mkdtempSync(join(tmpdir(), 'clone-'));
    for (const name of [
      'package.json',
      '.swcrc',
      'tsconfig.json',
      'scripts',
      'src',
      'models/mini',
      'models/mini-lora',
    ]) {
      cpSync(join(ROOT, name), join(clone, name), { recursive: true });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
    const service = await start({ command: npmStart(clone) });
    expect(service.log.indexOf('Building…')).toBeGreaterThan(-1);
    expect(service.log.indexOf('Building…')).toBeLessThan(service.log.indexOf('Listening on'));
    expect((await service.stop()).code).toBe(0);
    const again = await start({ command: npmStart(clone) });
    expect(again.log).not.toContain('Building…');
    expect((await again.stop()).code).toBe(0);
    server = undefined;

    writeFileSync(join(clone, 'src', 'server', 'shutdown.ts'), 'export const = 1;');
    await expect(start({ command: npmStart(clone) })).rejects.toThrow(/Building…[^]*shutdown\.ts/);
    rmSync(clone, { recursive: true });
  });
});

test('npm starts the program with the flags that it starts with by itself, and without a shell in between', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const started = Object.values(scripts).filter((script) => /scripts\/(start|run)\.mjs/.test(script));
  expect(started.length).toBeGreaterThan(5);
  const [, flags = ''] =
    /^#!\/usr\/bin\/env -S node (.+)/.exec(readFileSync(join(ROOT, 'dist', 'cli.js'), 'utf8')) ?? [];
  expect(flags).toMatch(/^--/);
  const prefix = `exec node ${flags} scripts/`;
  expect(started.filter((script) => !script.startsWith(prefix))).toEqual([]);
  expect(scripts['start:prod']).toBe('exec dist/cli.js serve');
});
