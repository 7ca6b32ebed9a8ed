import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { COMMANDS } from '../../src/cli/commands.js';
import { checkpointFolder, loraFolder } from '../support/fixtures.js';

const PROGRAM = join(import.meta.dirname, '..', '..', 'dist', 'cli.js');
const folder = mkdtempSync(join(tmpdir(), 'commands-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

function command(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const { PATH = '' } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [PROGRAM, ...args],
      { cwd: folder, env: { PATH, HOME: folder, ...env } },
      (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

describe('the one command', () => {
  test('lists its commands', async () => {
    const { code, stdout } = await command(['--help']);
    expect(code).toBe(0);
    for (const name of Object.keys(COMMANDS)) expect(stdout).toMatch(new RegExp(`^  ${name} +\\S`, 'm'));
  });

  test.each(Object.keys(COMMANDS))('%s has a help of its own', async (name) => {
    const { code, stdout, stderr } = await command([name, '--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`qwen-image-edit ${name}`);
    expect(await command(['help', name])).toEqual({ code, stdout, stderr });
  });

  test.each([['--help'], ['plan', '--table'], ['cache', 'list'], ['doctor', '--json']])(
    '%s: a reader that has gone, as head does, is no fault',
    async (...args) => {
      const env = { PATH: process.env['PATH'] ?? '', HOME: folder, QWEN_MODEL_DIR: checkpointFolder('plain') };
      const child = spawn(process.execPath, [PROGRAM, ...args], { cwd: folder, env });
      child.stdout.destroy();
      let stderr = '';
      child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
      expect(await once(child, 'close')).toEqual([0, null]);
      expect(stderr).not.toContain('EPIPE');
    },
  );

  test('tells its version', async () => {
    expect(await command(['--version'])).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      stderr: '',
    });
  });

  test.each([
    [['serv'], 'did you mean serve?'],
    [['setup:cuda'], 'did you mean setup-cuda?'],
    [['paint', 'it blue'], 'There is no command paint'],
    [[], 'No command is given'],
  ])('%j is answered with what is known', async (args, answer) => {
    const { code, stdout, stderr } = await command(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(answer);
    expect(stderr).toContain(Object.keys(COMMANDS).join(', '));
  });

  test.each(['serve', 'plan', 'setup-cuda'])('%s refuses an option that it does not know', async (name) => {
    const { code, stdout, stderr } = await command([name, '--fast']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('--fast');
  });

  test('pictures and a prompt without a command are an edit', async () => {
    const { code, stderr } = await command(['missing.jpg', 'make it blue']);
    expect([code, stderr]).toEqual([1, "missing.jpg can't be read: there is no such file or folder\n"]);
    writeFileSync(join(folder, 'photo'), 'none');
    expect((await command(['photo', 'make it blue', '--size', 'large'])).stderr).toContain('size');
    expect((await command(['--size', 'large', 'photo', 'make it blue'])).stderr).toContain('size');
  });
});

describe('plan', () => {
  test('tells where the networks of a checkpoint live', async () => {
    const { code, stdout, stderr } = await command(['plan', '--model', checkpointFolder('plain')], {
      DEVICE_MAP: 'cpu',
    });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^tiny-plain in [^]*\nDEVICE_MAP=cpu: cpu in fp32\nENGINES=auto: 1 engine\nTransformer transformer\/.*: 77 F32\ncpu .*denoiser/,
    );
    expect(
      (await command(['plan'], { QWEN_MODEL_DIR: checkpointFolder('plain'), DEVICE_MAP: 'cpu' })).stdout,
    ).toContain('tiny-plain');
  });

  test('tells of each engine that shares the machine', async () => {
    const model = ['plan', '--model', checkpointFolder('plain')];
    const { code, stdout } = await command(model, { DEVICE_MAP: 'cpu', ENGINES: '3' });
    expect(code).toBe(0);
    expect(stdout).toContain('\nENGINES=3: 3 engines\n');
    const engines = [...stdout.matchAll(/^Engine (\d+): cpu \(CPU, ([\d.]+) GB free\): .*denoiser/gm)];
    expect(engines.map(([, name]) => name)).toEqual(['0', '1', '2']);
    expect(new Set(engines.map(([, , gigabytes]) => gigabytes)).size).toBe(1);
    const wrong = await command(model, { ENGINES: 'many' });
    expect(wrong.stderr).toContain('ENGINES="many" is invalid: ENGINES must be auto or a whole number from 1 to 64');
  });

  test('tells of LoRAs, and that they take too much', async () => {
    const model = ['plan', '--model', checkpointFolder('plain')];
    const fits = await command(model, { DEVICE_MAP: 'cpu', LORA_DIR: loraFolder('plain') });
    expect(fits.stdout).toMatch(/^LoRAs: .*kohya, .* of the weights$/m);
    // A terabyte, but for the disk: the values are a hole in the file.
    const loras = join(folder, 'loras');
    mkdirSync(loras);
    const rank = 5e9;
    const name = 'transformer_blocks.0.attn.to_q';
    const bytes = rank * 24 * 4;
    const header = JSON.stringify({
      [`${name}.lora_A.weight`]: { dtype: 'F32', shape: [rank, 24], data_offsets: [0, bytes] },
      [`${name}.lora_B.weight`]: { dtype: 'F32', shape: [24, rank], data_offsets: [bytes, 2 * bytes] },
    });
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    writeFileSync(join(loras, 'huge.safetensors'), Buffer.concat([length, Buffer.from(header)]));
    truncateSync(join(loras, 'huge.safetensors'), 8 + header.length + 2 * bytes);
    expect(await command(model, { DEVICE_MAP: 'cpu', LORA_DIR: loras })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("It fits without LORA_DIR's LoRAs (960.0 GB)"),
    });
  });

  test('names what is wrong', async () => {
    expect(await command(['plan', '--model', folder])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('model_index.json'),
    });
    const { code, stderr } = await command(['plan'], { DEVICE_MAP: 'gpu', PORT: 'eighty' });
    expect([code, stderr.trim().split('\n').length]).toEqual([1, 2]);
  });
});

describe('cache', () => {
  const env = { QUANTIZED_CACHE_DIR: join(folder, 'cache') };

  test('list --help shows the help; more than one action is refused', async () => {
    expect(await command(['cache', 'list', '--help'], env)).toEqual(await command(['cache', '--help'], env));
    const { code, stdout, stderr } = await command(['cache', 'list', 'clean'], env);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('clean');
  });

  test('lists and removes what is kept', async () => {
    expect(await command(['cache', 'list'], env)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('nothing'),
    });
    expect(await command(['cache', 'clean'], env)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Removed 0/),
    });
  });

  test('lists what is unfinished, and who is at it', async () => {
    const [left, beingMade] = ['a', 'b'].map((digit) => {
      const made = join(folder, 'cache', `${digit.repeat(32)}.00000000-0000-0000-0000-000000000000`);
      mkdirSync(made, { recursive: true });
      writeFileSync(join(made, 'transformer.rounded'), Buffer.alloc(100_000, 1));
      return made;
    });
    // A process that has ended: no other one has its number.
    writeFileSync(join(left ?? '', `${2 ** 22}@${hostname()}.lease`), '');
    writeFileSync(join(beingMade ?? '', `${process.pid}@${hostname()}.lease`), '');
    const { stdout } = await command(['cache', 'list'], env);
    expect(stdout).toMatch(/^a{32} {2}unfinished {2}\d+ kB {2}begun by a process that has ended/m);
    expect(stdout).toMatch(/^b{32} {2}unfinished {2}\d+ kB {2}being made$/m);
    await command(['cache', 'clean'], env);
    const { stdout: cleaned } = await command(['cache', 'list'], env);
    expect(cleaned).toMatch(/^b{32} /m);
    expect(cleaned).not.toMatch(/^a{32} /m);
    rmSync(beingMade ?? '', { recursive: true });
  });

  test('says what it takes', async () => {
    expect(await command(['cache', 'sweep'], env)).toMatchObject({ code: 1, stderr: expect.stringContaining('list') });
  });
});
