import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { visibleGpus } from '../../../src/cuda/gpus.js';
import { dealMachine, type EngineDeal } from '../../../src/engine/devices/deal-engines.js';
import type { Device, DevicePlan } from '../../../src/engine/devices/device-plan.js';
import { sizesOfCheckpoint, type SizesOf } from '../../../src/engine/devices/network-sizes.js';
import { shareOf, type Planning } from '../../../src/engine/devices/plan-checkpoint.js';
import { isRefusal, planDevices, type Machine } from '../../../src/engine/devices/plan-devices.js';
import { autoPrecision, SERVED_PRECISIONS } from '../../../src/engine/devices/precisions.js';
import { sortGpus } from '../../../src/engine/devices/usable-gpus.js';
import { openEditCheckpoint } from '../../../src/engine/open-edit-checkpoint.js';
import type { DeviceMap, Precision } from '../../../src/protocol/device-settings.js';
import type { EngineCount } from '../../../src/protocol/engine-share.js';

const SPARSE = join(import.meta.dirname, '..', '..', '..', 'scripts', 'make-sparse-checkpoint.mjs');
const GIB = 2 ** 30;

const folder = mkdtempSync(join(tmpdir(), 'dealt-checkpoint-'));
let sizesOf: SizesOf;
/** Of the smallest card that holds int4 whole, and of the smallest whose networks take turns. */
let enough: number;
let least: number;

beforeAll(async () => {
  execFileSync(process.execPath, [SPARSE, folder]);
  sizesOf = sizesOfCheckpoint(await openEditCheckpoint(folder));
  const sizes = Array.from({ length: 100 }, (_, index) => index + 4);
  enough = sizes.find((size) => planOn(cards(size))?.reloadedBytes === 0) ?? NaN;
  least = sizes.find((size) => planOn(cards(size)) !== null) ?? NaN;
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Changes {
  readonly deviceMap?: DeviceMap;
  readonly precision?: Precision;
  readonly hostBytes?: number;
}

function planning(
  gpus: readonly Device[],
  { deviceMap = 'auto', precision = 'int4', hostBytes }: Changes = {},
): Planning {
  const request = {
    ...{ deviceMap, precision, outputPixels: 512 * 512, maxReferences: 4 },
    autoPrecision: autoPrecision(null),
  };
  const machine: Machine = { gpus, unusable: [], hostBytes: hostBytes ?? 500e9, served: SERVED_PRECISIONS };
  return { request, machine, sizesOf, isOnCpu: gpus.length === 0 || deviceMap === 'cpu', hasProvider: true };
}

function planOn(gpus: readonly Device[], changes: Changes = {}): DevicePlan | null {
  const { request, machine } = planning(gpus, changes);
  const outcome = planDevices(request, machine, sizesOf);
  return isRefusal(outcome) ? null : outcome;
}

const cards = (...gibibytes: number[]): Device[] =>
  gibibytes.map((size, index) => ({ kind: 'cuda', index, name: 'GPU', freeBytes: size * GIB }));
const deal = (engines: EngineCount, gpus: readonly Device[], changes: Changes = {}): EngineDeal =>
  dealMachine(engines, planning(gpus, changes), 0, 16);
const gpusOf = ({ shares }: EngineDeal): (readonly number[] | null)[] => shares.map(({ gpus }) => gpus);

describe('ENGINES=auto on GPUs', () => {
  test('eight cards of 32 GB make eight engines with int4, as nvidia-smi lists them', () => {
    const line = (index: number): string => `${index}, GPU-${index}, NVIDIA GPU, 32607, 32100, 8.9, 580.65`;
    const list = Array.from({ length: 8 }, (_, index) => line(index)).join('\n');
    const found = visibleGpus(list, undefined);
    const { gpus } = sortGpus(found, planning([]).request);
    expect(gpusOf(deal('auto', gpus))).toEqual([[0], [1], [2], [3], [4], [5], [6], [7]]);
    // CUDA counts those that it may see from 0 on.
    expect(gpusOf(deal('auto', visibleGpus(list, 'GPU-6,2')))).toEqual([[0], [1]]);
  });

  test('a card that the provider can’t compute on is dealt to no engine', () => {
    const list = ['8.9', '6.1', '8.9'].map(
      (capability, index) => `${index}, GPU-${index}, G, 32607, 32100, ${capability}, 5`,
    );
    const { gpus } = sortGpus(visibleGpus(list.join('\n'), undefined), planning([]).request);
    expect(gpusOf(deal('auto', gpus))).toEqual([[0], [2]]);
  });

  test('cards that are too small for one make up sets; a large one needs no other', () => {
    const small = enough - 1;
    expect(gpusOf(deal('auto', cards(small, small, small, small)))).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(gpusOf(deal('auto', cards(small, enough, small)))).toEqual([[0, 2], [1]]);
  });

  test('what is left over is told by its name', () => {
    const { shares, lines } = deal('auto', cards(enough, 4, enough));
    expect(shares.map(({ gpus }) => gpus)).toEqual([[0], [2]]);
    expect(lines).toEqual([
      'No engine computes on cuda:1 (GPU, 4.3 GB free): the model does not fit there beside the other engines',
    ]);
  });

  test('threads and the host’s memory are dealt out, too', () => {
    const { shares } = dealMachine('auto', planning(cards(enough, enough, enough), { hostBytes: 300e9 }), 0, 16);
    expect(shares.map(({ threads, hostBytes }) => [threads, hostBytes])).toEqual([
      [6, 100e9],
      [5, 100e9],
      [5, 100e9],
    ]);
  });

  test('one engine has the whole machine: where no other would be whole, with balanced, and where nothing fits', () => {
    const alone = [null];
    expect(gpusOf(deal('auto', cards(enough)))).toEqual(alone);
    expect(gpusOf(deal('auto', cards(least, 4)))).toEqual(alone);
    expect(gpusOf(deal('auto', cards(enough, enough), { deviceMap: 'balanced' }))).toEqual(alone);
    expect(gpusOf(deal('auto', cards(4, 4)))).toEqual(alone);
    // It asks for one GPU an engine.
    expect(gpusOf(deal('auto', cards(enough - 1, enough - 1), { deviceMap: 'cuda' }))).toEqual(alone);
    expect(gpusOf(deal('auto', cards(enough, enough), { deviceMap: 'cuda' }))).toEqual([[0], [1]]);
  });

  test('on machines of mixed cards every engine is whole, no card has two, and what is left makes no other', () => {
    let state = 7;
    const random = (): number => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
    for (let round = 0; round < 12; round += 1) {
      const gpus = cards(...Array.from({ length: 2 + Math.floor(random() * 6) }, () => 4 + Math.floor(random() * 50)));
      const sets = gpusOf(deal('auto', gpus)).flatMap((set) => (set === null ? [] : [set]));
      if (sets.length === 0) continue;
      const dealt = sets.flat();
      expect(new Set(dealt).size).toBe(dealt.length);
      for (const set of sets) {
        expect(planOn(gpus.filter(({ index }) => set.includes(index)))?.reloadedBytes).toBe(0);
      }
      const left = gpus.filter(({ index }) => !dealt.includes(index));
      if (left.length > 0) expect(planOn(left)?.reloadedBytes).not.toBe(0);
      for (const gpu of gpus) {
        if (planOn([gpu])?.reloadedBytes === 0) expect(sets).toContainEqual([gpu.index]);
      }
    }
  });
});

describe('ENGINES as a number', () => {
  test('so many of those that are whole, and what is not used is told', () => {
    const { shares, lines } = deal(3, cards(enough, enough, enough, enough));
    expect(shares.map(({ gpus }) => gpus)).toEqual([[0], [1], [2]]);
    expect(lines.join()).toMatch(/^No engine computes on cuda:3 \(.*\): ENGINES=3 takes fewer$/);
  });

  test('more than are whole: their networks take turns', () => {
    const gpus = cards(least, least, least);
    expect(gpusOf(deal(3, gpus))).toEqual([[0], [1], [2]]);
    expect(gpusOf(deal(3, gpus, { deviceMap: 'cuda' }))).toEqual([[0], [1], [2]]);
    expect(gpusOf(deal(2, cards(enough - 1, least, least, enough - 1)))).toHaveLength(2);
  });

  test('more than fit are refused, with what is there and how many fit', () => {
    expect(() => deal(3, cards(enough, enough))).toThrow(
      /^ENGINES=3 is more than the GPUs hold.*: cuda:0 \(GPU, .* free\), cuda:1 \(GPU, .* free\)\. ENGINES=2 fits$/,
    );
    expect(() => deal(9, cards(enough, 4))).toThrow(/ENGINES=1 fits$/);
  });

  test('what can’t be served at all is left to the plan to tell', () => {
    expect(gpusOf(deal(2, cards(4, 4)))).toEqual([null]);
  });
});

describe('weights that engines on GPUs make in the host’s memory', () => {
  const gpus = cards(200, 200, 200, 200);
  const asked = { precision: 'fp32' } as const;
  const made = (): number => planOn(gpus.slice(0, 1), asked)?.madeOnHost.bytes ?? NaN;

  test('auto makes as many engines as can load at once, and tells why not more', () => {
    expect(made()).toBeGreaterThan(10e9);
    const four = deal('auto', gpus, { ...asked, hostBytes: 4 * made() });
    expect(gpusOf(four)).toEqual([[0], [1], [2], [3]]);
    expect(four.lines).toEqual([]);
    const three = deal('auto', gpus, { ...asked, hostBytes: 3.9 * made() });
    expect(gpusOf(three)).toEqual([[0], [1], [2]]);
    expect(three.lines.join()).toMatch(
      /^This host can load 3 of the engines that the GPUs hold: each of 4 engines makes up to [\d.]+ GB of weights in its memory .* and [\d.]+ GB are available$/,
    );
  });

  test('where only one can, it has the whole machine, and the others are told of', () => {
    const { shares, lines } = deal('auto', gpus, { ...asked, hostBytes: 1.9 * made() });
    expect(shares).toEqual([{ gpus: null, threads: null, hostBytes: null }]);
    expect(lines.join()).toMatch(/^This host can load 1 of the engines/);
  });

  test('more engines than can load at once are refused, with the figures and how many can', () => {
    const changes = { ...asked, hostBytes: 2.5 * made() };
    expect(() => deal(3, gpus, changes)).toThrow(
      /^ENGINES=3 is more than this host can load: each of 3 engines makes up to [\d.]+ GB of weights .* are available\. ENGINES=2 fits$/,
    );
    expect(gpusOf(deal(2, gpus, changes))).toEqual([[0], [1]]);
  });

  test('networks that take turns are loaded again and again, so those count as well', () => {
    const turns =
      Array.from({ length: 196 }, (_, index) => index + 4).find((size) => planOn(cards(size), asked)) ?? NaN;
    const small = cards(turns, turns);
    expect(planOn(small.slice(0, 1), asked)?.reloadedBytes).toBeGreaterThan(0);
    expect(gpusOf(deal(2, small, { ...asked, hostBytes: 2 * made() }))).toEqual([[0], [1]]);
    expect(() => deal(2, small, { ...asked, hostBytes: 1.9 * made() })).toThrow(/^ENGINES=2 .* ENGINES=1 fits$/);
  });

  test('each engine is planned with its part', () => {
    const { shares } = deal('auto', gpus, { ...asked, hostBytes: 4 * made() });
    const { machine, request } = planning(gpus, { ...asked, hostBytes: 4 * made() });
    for (const share of shares) {
      expect(isRefusal(planDevices(request, shareOf(machine, share), sizesOf))).toBe(false);
      const less = { ...share, hostBytes: 0.9 * made() };
      expect(planDevices(request, shareOf(machine, less), sizesOf)).toMatchObject({ refused: 'host' });
    }
  });
});

describe('ENGINES on the processor', () => {
  test('auto is one', () => {
    expect(dealMachine('auto', planning([]), 0, 16).shares).toEqual([{ gpus: null, threads: null, hostBytes: null }]);
  });

  test('threads and memory are dealt out; what is mapped counts once', () => {
    const { shares } = dealMachine(4, planning([], { hostBytes: 401e9 }), 1e9, 10);
    expect(shares).toEqual([3, 3, 2, 2].map((threads) => ({ gpus: null, threads, hostBytes: 101e9 })));
    expect(dealMachine(3, planning([]), 0, 2).shares.map(({ threads }) => threads)).toEqual([1, 1, 1]);
  });

  test('more than the host’s memory holds are refused, with the figures and how many fit', () => {
    const weights = Math.max(...(planOn([])?.parts.map(({ weightBytes }) => weightBytes) ?? []));
    // The weights of one stage at a time, for two engines.
    const hostBytes = 2.5 * weights;
    expect(() => dealMachine(3, planning([], { hostBytes }), 0, 16)).toThrow(
      /^ENGINES=3 is more than this host holds: .* GB of memory for each are too little \(.* GB are available, .*\)\. ENGINES=[12] fits$/,
    );
    expect(dealMachine(1, planning([], { hostBytes }), 0, 16).shares).toHaveLength(1);
  });
});

test('an engine’s share of a machine has its GPUs alone, also when one is gone', () => {
  const { machine } = planning(cards(20, 21, 22));
  const share = { gpus: [2, 1], threads: 1, hostBytes: null };
  expect(shareOf(machine, share).gpus.map(({ index }) => index)).toEqual([1, 2]);
  expect(shareOf({ ...machine, gpus: cards(20, 21) }, share).gpus.map(({ index }) => index)).toEqual([1]);
  expect(shareOf(machine, { ...share, gpus: null }).gpus).toHaveLength(3);
  expect(shareOf(machine, { ...share, hostBytes: 5 }).hostBytes).toBe(5);
});
