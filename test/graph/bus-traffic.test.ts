import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { openEditCheckpoint } from '../../src/engine/open-edit-checkpoint.js';
import { modulationLength } from '../../src/graph/networks/modulation-layout.js';
import { checkpointFolder } from '../support/fixtures.js';

const BENCHMARK = join(import.meta.dirname, '..', '..', 'benchmarks', 'bus-traffic.mjs');
const FLOAT_BYTES = 4;

interface Crossing {
  readonly fed: Readonly<Record<string, number>>;
  readonly fetched: Readonly<Record<string, number>>;
}

test.each(['plain', 'plus-2511'])(
  'a forward of %s is fed what changes or differs, and gives its velocity',
  async (name) => {
    const folder = checkpointFolder(name);
    const sizes = { target: 16, references: 8, text: 48 };
    const flags = Object.entries(sizes).flatMap(([key, value]) => [`--${key}`, String(value)]);
    const printed = execFileSync(process.execPath, [BENCHMARK, '--checkpoint', folder, '--json', ...flags], {
      encoding: 'utf8',
    });
    const { config } = (await openEditCheckpoint(folder)).transformer;
    const table = (16 + 8 + 48) * (config.attentionHeadDim / 2) * FLOAT_BYTES;
    const modulation = modulationLength(config) * FLOAT_BYTES;
    const expected: Crossing = {
      fed: {
        latents: 16 * config.inChannels * FLOAT_BYTES,
        reference_latents: 8 * config.inChannels * FLOAT_BYTES,
        text: 48 * config.innerDim * FLOAT_BYTES,
        modulation,
        ...(config.zeroCondT ? { reference_modulation: modulation } : {}),
        cos: table,
        sin: table,
      },
      fetched: { velocity: 16 * config.inChannels * FLOAT_BYTES },
    };
    expect(JSON.parse(printed)).toEqual(expected);
  },
);
