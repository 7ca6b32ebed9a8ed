import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openEditCheckpoint } from '../../src/engine/open-edit-checkpoint.js';
import { modulationLength } from '../../src/graph/networks/modulation-layout.js';
import { checkpointFolder } from '../support/fixtures.js';

const BENCHMARK = join(import.meta.dirname, '..', '..', 'benchmarks', 'bus-traffic.mjs');
const FLOAT_BYTES = 4;
const INT32_BYTES = 4;
const MEGABYTE = 1e6;
const TOKENS = { target: 16, references: 8, text: 48 };
const ALL_TOKENS = 16 + 8 + 48;

interface Crossing {
  readonly fed: Readonly<Record<string, number>>;
  readonly fetched: Readonly<Record<string, number>>;
}

function count(options: Readonly<Record<string, string | number>>): Crossing {
  const flags = Object.entries(options).flatMap(([key, value]) => [`--${key}`, String(value)]);
  return JSON.parse(execFileSync(process.execPath, [BENCHMARK, '--json', ...flags], { encoding: 'utf8' })) as Crossing;
}

const sum = ({ fed, fetched }: Crossing): number =>
  [...Object.values(fed), ...Object.values(fetched)].reduce((total, bytes) => total + bytes, 0);

test.each([
  { name: 'plain', precision: 'bf16', packedBytes: 2 },
  { name: 'plus-2511', precision: 'int4', packedBytes: 2 },
  { name: 'plus-2511', precision: 'fp32', packedBytes: FLOAT_BYTES },
])(
  'a forward of $name in $precision is fed what changes or differs, and gives its velocity',
  async ({ name, precision, packedBytes }) => {
    const folder = checkpointFolder(name);
    const { config } = (await openEditCheckpoint(folder)).transformer;
    const modulation = modulationLength(config) * packedBytes;
    expect(count({ checkpoint: folder, precision, ...TOKENS })).toEqual({
      fed: {
        latents: 16 * config.inChannels * FLOAT_BYTES,
        reference_latents: 8 * config.inChannels * packedBytes,
        text: 48 * config.innerDim * packedBytes,
        modulation,
        ...(config.zeroCondT ? { reference_modulation: modulation } : {}),
        positions: ALL_TOKENS * config.axesDimsRope.length * INT32_BYTES,
      },
      fetched: { velocity: 16 * config.inChannels * FLOAT_BYTES },
    });
  },
);

test('split over GPUs each gets the modulation of its layers alone, and streams pass in two bytes a value', async () => {
  const folder = checkpointFolder('plus-2511');
  const { config } = (await openEditCheckpoint(folder)).transformer;
  const gpus = config.numLayers;
  const { fed, fetched } = count({ checkpoint: folder, gpus, ...TOKENS });
  expect(fed['modulation']).toBe(modulationLength(config) * 2);
  expect(fed['reference_modulation']).toBe(modulationLength(config) * 2);
  const image = (gpus - 1) * (16 + 8) * config.innerDim * 2;
  const text = (gpus - 1) * 48 * config.innerDim * 2;
  expect([fetched['next_image'], fetched['next_text']]).toEqual([image, text]);
  expect([fed['image'], fed['text']]).toEqual([image, text + 48 * config.innerDim * 2]);
  expect([fed['image_scale'], fetched['next_text_scale']]).toEqual([
    (gpus - 1) * 24 * FLOAT_BYTES,
    (gpus - 1) * 48 * FLOAT_BYTES,
  ]);
});

test('a forward at the published dimensions moves less than 16 MB, of 34 that float32 and tables would be', () => {
  expect(sum(count({}))).toBeLessThan(16 * MEGABYTE);
});
