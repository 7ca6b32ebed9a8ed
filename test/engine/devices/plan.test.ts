import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openEditCheckpoint } from '../../../src/engine/open-edit-checkpoint.js';
import type { DeviceMap, Precision } from '../../../src/protocol/device-settings.js';
import { STAGES, type Device, type DevicePlan } from '../../../src/engine/devices/device-plan.js';
import { planError } from '../../../src/engine/devices/plan-error.js';
import { sizesOfCheckpoint, type SizesOf } from '../../../src/engine/devices/network-sizes.js';
import {
  budgetOf,
  isRefusal,
  planDevices,
  type Machine,
  type PlanRequest,
  type Refusal,
} from '../../../src/engine/devices/plan-devices.js';
import { autoPrecision } from '../../../src/engine/devices/precisions.js';
import { GRAPH_NAMES } from '../../../src/graph/checkpoint-graphs.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const SPARSE = join(ROOT, 'scripts', 'make-sparse-checkpoint.mjs');
const PRECISIONS: readonly Precision[] = ['fp32', 'bf16', 'int8', 'int4'];
const MAPS: readonly DeviceMap[] = ['auto', 'cpu', 'cuda', 'balanced'];
const SERVED = { cpu: ['fp32', 'int8'], cuda: PRECISIONS } as const;
const AREAS = [262_144, 1_048_576, 4_194_304];
const GIB = 2 ** 30;
const LAYERS = 60;

const folder = mkdtempSync(join(tmpdir(), 'planned-checkpoint-'));
let sizesOf: SizesOf;

beforeAll(async () => {
  execFileSync(process.execPath, [SPARSE, folder]);
  sizesOf = sizesOfCheckpoint(await openEditCheckpoint(folder));
});
afterAll(() => rmSync(folder, { recursive: true }));

const cards = (...gibibytes: number[]): Device[] =>
  gibibytes.map((size, index) => ({ kind: 'cuda', index, name: 'GPU', freeBytes: size * GIB }));
const machine = (gpus: readonly Device[], hostBytes = 128e9): Machine => ({
  gpus,
  hostBytes,
  served: SERVED,
  unusable: [],
});
const request = (deviceMap: DeviceMap, precision: Precision, outputPixels = 4_194_304): PlanRequest => ({
  deviceMap,
  precision,
  outputPixels,
  autoPrecision: autoPrecision(null),
  maxReferences: 4,
});

function planOf(asked: PlanRequest, on: Machine): DevicePlan | null {
  const outcome = planDevices(asked, on, sizesOf);
  return isRefusal(outcome) ? null : outcome;
}

/** Numbers that look random and are the same in each run. */
function* randomNumbers(): Generator<number, never> {
  let state = 12345;
  for (;;) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    yield state / 2 ** 31;
  }
}

/** Machines of 0 to 8 GPUs of all sizes, each with a request. */
function randomCases(count: number, largest = 90): { asked: PlanRequest; gpus: Device[]; hostBytes: number }[] {
  const numbers = randomNumbers();
  const random = (): number => numbers.next().value;
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  return Array.from({ length: count }, () => ({
    gpus: cards(...Array.from({ length: Math.floor(random() * 5) }, () => 4 + random() * largest)),
    hostBytes: random() * 2 * largest * 1e9,
    asked: request(pick(MAPS), pick(PRECISIONS), pick(AREAS)),
  }));
}

/** The tables that `plan --table` prints for a checkpoint. */
function printedTables(model: string, env: Readonly<Record<string, string>> = {}): string[] {
  const command = [join(ROOT, 'dist', 'cli.js'), 'plan', '--table', '--model', model];
  return execFileSync(process.execPath, command, { encoding: 'utf8', env: { ...process.env, ...env } }).split('\n\n');
}

/** The table of docs/devices.md between two marks. */
function documentedTable(mark: string): string {
  const docs = readFileSync(join(ROOT, 'docs', 'devices.md'), 'utf8');
  const [, behind = ''] = docs.split(`<!-- ${mark} -->\n`);
  return behind.split(`<!-- /${mark} -->`)[0] ?? '';
}

const cells = (table: string): string[][] =>
  table
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim().replace(/^-+$/, '-')));

test('the documented table is what the planner says', () => {
  const [table = '', ...others] = printedTables(folder);
  expect(cells(documentedTable('plan-table'))).toEqual(cells(table));
  expect(others).toEqual([]);
});

describe('a checkpoint that takes several references', () => {
  const several = mkdtempSync(join(tmpdir(), 'planned-2511-'));
  beforeAll(() => {
    execFileSync(process.execPath, [SPARSE, several, '--release', '2511']);
  });
  afterAll(() => rmSync(several, { recursive: true }));

  test('has a table of the smallest GPU for each number of them, which the documented one is', () => {
    const [, table = ''] = printedTables(several, { MAX_OUTPUT_PIXELS: '1048576' });
    expect(cells(documentedTable('references-table'))).toEqual(cells(table));
  });

  test('has rows up to MAX_REFERENCES', () => {
    const [, table = ''] = printedTables(several, { MAX_REFERENCES: '2' });
    expect(cells(table).map(([, count]) => count)).toEqual(['references', '-', '1', '2']);
  });
});

describe('every plan that is made', () => {
  const cases = randomCases(150);

  test('fits each device, places each graph and each layer once, and reports its peaks', () => {
    let made = 0;
    for (const { asked, gpus, hostBytes } of cases) {
      const plan = planOf(asked, machine(gpus, hostBytes));
      if (plan === null) continue;
      made += 1;
      for (const graph of GRAPH_NAMES.filter((name) => name !== 'denoiser')) {
        expect(plan.parts.filter((part) => part.graph === graph)).toHaveLength(1);
      }
      const layers = plan.parts
        .filter(({ graph }) => graph === 'denoiser')
        .flatMap(({ layers: range }) => {
          const { first, end } = range ?? { first: 0, end: LAYERS };
          return Array.from({ length: end - first }, (_, index) => first + index);
        });
      expect(layers).toEqual(Array.from({ length: LAYERS }, (_, layer) => layer));
      for (const [index, device] of plan.devices.entries()) {
        const peak = Math.max(...STAGES.map((stage) => device.peakBytes[stage]));
        if (device.kind === 'cuda') expect(peak).toBeLessThanOrEqual(budgetOf(device));
        const resident = plan.parts
          .filter((part) => part.device === index && part.resident)
          .reduce((sum, part) => sum + part.weightBytes + part.activationBytes, 0);
        expect(peak).toBeGreaterThanOrEqual(resident * 0.999999);
      }
      expect(plan.reloadedBytes > 0).toBe(plan.parts.some(({ resident }) => !resident));
    }
    expect(made).toBeGreaterThan(60);
  });

  test('is the same again', () => {
    for (const { asked, gpus } of cases.slice(0, 20)) {
      expect(planDevices(asked, machine(gpus), sizesOf)).toEqual(planDevices(asked, machine(gpus), sizesOf));
    }
  });

  test('still fits with more memory, with another GPU where they are used, and with smaller results', () => {
    for (const { asked, gpus, hostBytes } of cases) {
      const plan = planOf(asked, machine(gpus, hostBytes));
      if (plan === null) continue;
      const larger = gpus.map((gpu) => ({ ...gpu, freeBytes: gpu.freeBytes * 1.3 }));
      const withMore = planOf(asked, machine(larger, hostBytes * 1.3));
      expect(withMore).not.toBeNull();
      if (asked.deviceMap !== 'balanced' && plan.devices.length === 1) {
        expect(withMore?.reloadedBytes).toBeLessThanOrEqual(plan.reloadedBytes);
      }
      if (plan.kind === 'cuda') {
        expect(planOf(asked, machine([...gpus, ...cards(24)], hostBytes))).not.toBeNull();
      }
      expect(planOf({ ...asked, outputPixels: 65_536 }, machine(gpus, hostBytes))).not.toBeNull();
    }
  });
});

test('each part of a split denoiser counts with what such a part takes', () => {
  const asked = request('balanced', 'bf16', 1_048_576);
  const { denoiserParts, activations } = sizesOf('bf16', 'cuda', asked);
  const countedOn = (...gibibytes: number[]): number[] =>
    planOf(asked, machine(cards(...gibibytes)))
      ?.parts.filter(({ graph }) => graph === 'denoiser')
      .map(({ activationBytes }) => activationBytes) ?? [];
  const { whole, first, middle, last } = denoiserParts;
  const split = countedOn(24, 24, 24, 24, 24, 24, 24, 24);
  expect(split.length).toBeGreaterThan(2);
  expect(split).toEqual([first, ...split.slice(2).map(() => middle), last]);
  // What such a part takes differs by gigabytes.
  expect(Math.max(first, middle, last) - Math.min(first, middle, last)).toBeGreaterThan(1e9);
  expect(countedOn(90, 2)).toEqual([whole]);
  expect(whole).toBe(activations.denoiser);
});

test('a refusal names only settings that would fit', () => {
  let refused = 0;
  for (const { asked, gpus, hostBytes } of randomCases(150, 30)) {
    const on = machine(gpus, hostBytes);
    const outcome = planDevices(asked, on, sizesOf);
    if (!isRefusal(outcome) || outcome.refused !== 'too large') continue;
    refused += 1;
    const { message } = planError(outcome, asked, on, sizesOf);
    expect(message).not.toContain('\n');
    const remedies = / fits with (.*)$/.exec(message)?.[1]?.split(', or with ') ?? [];
    for (const remedy of remedies) {
      const value = (name: string): string | undefined => new RegExp(`${name}=(\\S+)`).exec(remedy)?.[1];
      const area = value('MAX_OUTPUT_PIXELS');
      const changed = request(
        (value('DEVICE_MAP') ?? asked.deviceMap) as DeviceMap,
        (value('PRECISION') ?? asked.precision) as Precision,
        area === undefined ? asked.outputPixels : Number(area),
      );
      expect([remedy, planOf(changed, on) !== null]).toEqual([remedy, true]);
    }
    if (remedies.length > 0) continue;
    expect(message).toContain('would make it fit here');
    for (const deviceMap of MAPS.filter((map) => map !== 'auto')) {
      for (const precision of PRECISIONS)
        expect(planOf(request(deviceMap, precision, asked.outputPixels), on)).toBeNull();
    }
  }
  expect(refused).toBeGreaterThan(20);
});

test('auto takes GPUs where there are any, and cuda the one with the most free memory', () => {
  const auto: PlanRequest = {
    deviceMap: 'auto',
    precision: 'auto',
    autoPrecision: autoPrecision(null),
    outputPixels: 1_048_576,
    maxReferences: 4,
  };
  expect(planDevices(auto, machine([]), sizesOf)).toMatchObject({ kind: 'cpu', precision: 'fp32' });
  expect(planDevices(auto, machine(cards(80)), sizesOf)).toMatchObject({ kind: 'cuda', precision: 'bf16' });
  expect(planDevices({ ...auto, deviceMap: 'cpu' }, machine(cards(80)), sizesOf)).toMatchObject({ kind: 'cpu' });
  const asked: PlanRequest = { ...auto, autoPrecision: autoPrecision('float32') };
  expect(planDevices(asked, machine(cards(80, 80, 80)), sizesOf)).toMatchObject({ kind: 'cuda', precision: 'fp32' });
  const cuda = planOf({ ...auto, deviceMap: 'cuda' }, machine(cards(24, 80, 48)));
  expect(cuda?.devices.map(({ index }) => index)).toEqual([1]);
});

test('cuda and balanced without a GPU, and a precision that a device lacks, are refused with what to do', () => {
  const told = (deviceMap: DeviceMap, precision: Precision): string => {
    const asked = request(deviceMap, precision);
    const outcome = planDevices(asked, machine([]), sizesOf);
    return isRefusal(outcome) ? planError(outcome, asked, machine([]), sizesOf).message : '';
  };
  expect(told('cuda', 'bf16')).toMatch(/^DEVICE_MAP=cuda needs .*setup:cuda/);
  expect(told('balanced', 'bf16')).toMatch(/^DEVICE_MAP=balanced needs .*setup:cuda/);
  const unusable = { ...machine([]), unusable: ['cuda:0 (Tesla T4) has compute capability 7.5'] };
  expect(planError({ refused: 'no gpu' }, request('cuda', 'bf16'), unusable, sizesOf).message).toBe(
    'DEVICE_MAP=cuda needs a GPU that the CUDA provider can use: cuda:0 (Tesla T4) has compute capability 7.5. Otherwise use DEVICE_MAP=auto or cpu',
  );
  expect(told('cpu', 'bf16')).toBe('PRECISION=bf16 is not served on the CPU: use auto or fp32, int8');
});

test('a host that can’t make float32 weights for a GPU is refused by the network’s name, and told what fits', () => {
  const asked = request('cuda', 'fp32', 262_144);
  const small = machine(cards(200), 10e9);
  expect(planOf(asked, machine(cards(200)))).not.toBeNull();
  const outcome = planDevices(asked, small, sizesOf);
  expect(outcome).toMatchObject({ refused: 'host', precision: 'fp32' });
  const { message } = planError(outcome as Refusal, asked, small, sizesOf);
  expect(message).toMatch(
    /in fp32 the weights of \w+ are .* in the host's memory first, which takes .* 10\.0 GB are available/,
  );
  expect(message).toContain('It fits with PRECISION=bf16');
});
