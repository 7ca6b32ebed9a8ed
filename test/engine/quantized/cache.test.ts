import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Precision } from '../../../src/protocol/device-settings.js';
import type { QuantizingProgress } from '../../../src/protocol/engine-messages.js';
import type { CacheManifest } from '../../../src/engine/quantized/cache-entry.js';
import { QuantizedCache } from '../../../src/engine/quantized/quantized-cache.js';
import type { ModelInfo } from '../../../src/protocol/model-info.js';
import { EngineProcess } from '../../support/engine-process.js';
import { checkpointFolder } from '../../support/fixtures.js';

// Each test starts engines, several times: a busy machine takes its time.
jest.setTimeout(240_000);

const GIGABYTE = 1e9;
const MINIATURE = join(import.meta.dirname, '..', '..', '..', 'models', 'mini');
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quantized-cache-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Starts an engine with this cache, and ends it. */
async function start(cache: string, maxBytes = GIGABYTE, precision: Precision = 'int8'): Promise<ModelInfo> {
  const engine = new EngineProcess();
  try {
    return await engine.load(checkpointFolder('plain'), 'cpu', precision, { folder: cache, maxBytes });
  } finally {
    engine.stop();
  }
}

const theOnly = (names: readonly string[]): string => {
  const [name] = names;
  if (name === undefined || names.length > 1) throw new Error(`One name was expected: ${names.join(', ')}`);
  return name;
};

/** Ends an engine as a lack of memory would when the first weight is made. */
async function killWhileMaking(checkpoint: string, precision: Precision): Promise<void> {
  const engine = new EngineProcess({ step: 'placed', done: 1 });
  const told = new Promise<void>((resolve) => {
    engine.on('quantizing', ({ step }) => {
      if (step === 'placed') resolve();
    });
  });
  engine.load(checkpoint, 'cpu', precision, { folder, maxBytes: GIGABYTE }).catch(() => undefined);
  await told;
  await engine.kill();
  expect(theOnly(readdirSync(folder))).toMatch(/^[0-9a-f]{32}\.[0-9a-f-]{36}$/);
}

describe('the cache of quantized weights', () => {
  test('is filled by the first start and used by the next', async () => {
    expect((await start(folder)).warnings).toEqual([]);
    const file = join(folder, theOnly(readdirSync(folder)), 'transformer.bin');
    const { ino, mtimeMs } = statSync(file);
    expect((await start(folder)).warnings).toEqual([]);
    expect(statSync(file)).toMatchObject({ ino, mtimeMs });
  });

  test.each([
    ['int8', '37307e26fda2815709d98f48dad873db', 1924879777, 545156804],
    ['int4', '502fb8b5f0bc0e90173199ce94bc95cb', 3884962636, 3404153301],
  ] as const)(
    'has on the CPU the name and the bytes that %s had in earlier releases, whose folders are found so',
    async (precision, key, textEncoder, transformer) => {
      await start(folder, GIGABYTE, precision);
      const manifest = JSON.parse(readFileSync(join(folder, key, 'manifest.json'), 'utf8')) as CacheManifest;
      expect(manifest.files).toMatchObject({
        'text_encoder.bin': { crc32: textEncoder },
        'transformer.bin': { crc32: transformer },
      });
    },
  );

  test('is mended when its files were damaged, which is said', async () => {
    await start(folder);
    const entry = join(folder, theOnly(readdirSync(folder)));
    const file = join(entry, 'transformer.bin');
    const bytes = readFileSync(file);
    const damages: readonly [damage: () => void, told: string][] = [
      [
        () =>
          writeFileSync(
            file,
            bytes.map((byte, index) => (index === 1000 ? byte ^ 1 : byte)),
          ),
        'transformer.bin has another checksum',
      ],
      [() => truncateSync(file, 500), `transformer.bin has 500 bytes instead of ${bytes.length}`],
      [() => rmSync(file), 'transformer.bin is missing'],
      [() => writeFileSync(join(entry, 'manifest.json'), '{"files":'), "manifest.json can't be read"],
    ];
    for (const [damage, told] of damages) {
      damage();
      expect((await start(folder)).warnings).toEqual([
        `Quantized weights in the cache were damaged (${told}) and are made anew`,
      ]);
      expect(readFileSync(file).equals(bytes)).toBe(true);
      expect(readdirSync(folder)).toHaveLength(1);
    }
  });

  test('is filled once by services that start together', async () => {
    const warnings = await Promise.all(
      [start(folder), start(folder), start(folder)].map(async (info) => (await info).warnings),
    );
    expect(warnings).toEqual([[], [], []]);
    expect(readdirSync(folder)).toHaveLength(1);
    expect((await start(folder)).warnings).toEqual([]);
  });

  test('is made weight by weight, which is told with the time that is left', async () => {
    const engine = new EngineProcess();
    const told: QuantizingProgress[] = [];
    engine.on('quantizing', ({ step, done, count, secondsLeft }) => told.push({ step, done, count, secondsLeft }));
    // Some of the miniature's weights are sensitive, so that the others move.
    await engine.load(MINIATURE, 'cpu', 'int4', { folder, maxBytes: GIGABYTE });
    engine.stop();
    for (const step of ['rounded', 'placed'] as const) {
      const own = told.filter((progress) => progress.step === step);
      expect(own.length).toBeGreaterThan(10);
      expect(own.map(({ done }) => done)).toEqual(own.map((_, index) => index + 1));
      expect(new Set(own.map(({ count }) => count))).toEqual(new Set([own.length]));
      expect(own.every(({ secondsLeft }) => secondsLeft !== null && secondsLeft >= 0)).toBe(true);
      expect(own.at(-1)?.secondsLeft).toBe(0);
    }
  });

  test('of an engine that was killed while it made it leaves nothing to one that makes another', async () => {
    await killWhileMaking(MINIATURE, 'int8');
    const [unfinished, ...others] = await new QuantizedCache({ folder, maxBytes: GIGABYTE }).listUnfinished();
    expect(others).toEqual([]);
    expect(unfinished).toMatchObject({ key: theOnly(readdirSync(folder)).slice(0, 32), isBeingMade: false });
    expect(unfinished?.bytes).toBeGreaterThan(0);
    expect((await start(folder)).warnings).toEqual([]);
    expect(theOnly(readdirSync(folder))).toMatch(/^[0-9a-f]{32}$/);
  });

  test('of a running engine is not removed, neither for room nor by the command', async () => {
    const engine = new EngineProcess();
    await engine.load(checkpointFolder('plain'), 'cpu', 'int8', { folder, maxBytes: GIGABYTE });
    const key = theOnly(readdirSync(folder));
    const cache = new QuantizedCache({ folder, maxBytes: GIGABYTE });
    const [{ bytes } = { bytes: NaN }] = await cache.list();
    await expect(start(folder, bytes, 'int4')).rejects.toThrow(
      /running services use \S+ [kMG]B of QUANTIZED_CACHE_MAX_GB/,
    );
    expect(await cache.clean()).toEqual({ removedBytes: 0, usedBytes: bytes });
    expect(readdirSync(folder)).toEqual([key]);
    await engine.kill();
    expect((await start(folder, bytes, 'int4')).precision).toBe('int4');
    expect(theOnly(readdirSync(folder))).not.toBe(key);
  });

  test('that can not be is a load error', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await expect(start(file)).rejects.toThrow(
      "The quantized weights can't be kept: QUANTIZED_CACHE_DIR is not a folder",
    );
    await expect(start(join(file, 'below'))).rejects.toThrow('QUANTIZED_CACHE_DIR is not a folder');
    await expect(start(join(folder, 'small'), 1000)).rejects.toThrow(
      /take \S+ [kMG]B, more than QUANTIZED_CACHE_MAX_GB/,
    );
    expect(readdirSync(join(folder, 'small'))).toEqual([]);
  });

  test('forgets what was not used for longest when it is full, and all when it is cleaned', async () => {
    const cache = new QuantizedCache({ folder, maxBytes: 250 });
    const [first, second, third] = ['1', '2', '3'].map((digit) => digit.repeat(32)) as [string, string, string];
    const make = (key: string): Promise<CacheManifest> =>
      cache.make(key, 100, (unfinished) => {
        writeFileSync(join(unfinished, 'a.bin'), Buffer.alloc(100));
        const files = { 'a.bin': { bytes: 100, crc32: 0x9988c6ca } };
        return Promise.resolve({ modelId: 'a', quantization: 'int8-dynamic', kept: [], finer: [], files });
      });
    await make(first);
    await make(second);
    // However fast they were made, one after the other.
    for (const [key, seconds] of [
      [first, 20],
      [second, 10],
    ] as const) {
      const then = new Date(Date.now() - seconds * 1000);
      utimesSync(join(folder, key, 'manifest.json'), then, then);
    }
    // Being found counts as a use.
    expect(await cache.find(first)).toMatchObject({ state: 'whole' });
    await make(third);
    expect((await cache.list()).map(({ key }) => key).sort()).toEqual([first, third]);

    mkdirSync(join(folder, 'not-ours'));
    const abandoned = join(folder, `${second}.00000000-0000-4000-8000-000000000000`);
    mkdirSync(abandoned);
    const before = new Date(Date.now() - 120_000);
    utimesSync(abandoned, before, before);
    expect(await cache.clean()).toEqual({ removedBytes: 200, usedBytes: 0 });
    expect(readdirSync(folder)).toEqual(['not-ours']);
  });
});
