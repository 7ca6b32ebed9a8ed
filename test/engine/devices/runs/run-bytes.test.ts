import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { longestPart, PART_KINDS, type PartKind } from '../../../../src/engine/devices/part-kind.js';
import { largestExtent, type Extent } from '../../../../src/engine/devices/request-extent.js';
import { denoiserRun } from '../../../../src/engine/devices/runs/denoiser-run.js';
import { linearRuns, type LinearRuns } from '../../../../src/engine/devices/runs/linear-runs.js';
import { runBytes } from '../../../../src/engine/devices/runs/run-bytes.js';
import { RunMemory } from '../../../../src/engine/devices/runs/run-memory.js';
import { visionTowerRun } from '../../../../src/engine/devices/runs/vision-run.js';
import { openEditCheckpoint, type EditCheckpoint } from '../../../../src/engine/open-edit-checkpoint.js';
import { graphTensors } from '../../../../src/graph/checkpoint-graphs.js';
import type { LayerRange } from '../../../../src/graph/networks/layer-range.js';

const SPARSE = join(import.meta.dirname, '..', '..', '..', '..', 'scripts', 'make-sparse-checkpoint.mjs');
const BF16_BYTES = 2;

const folder = mkdtempSync(join(tmpdir(), 'run-checkpoint-'));
let checkpoint: EditCheckpoint;
let extent: Extent;
let linear: LinearRuns;

beforeAll(async () => {
  execFileSync(process.execPath, [SPARSE, folder, '--release', '2511']);
  checkpoint = await openEditCheckpoint(folder);
  extent = largestExtent(checkpoint, { outputPixels: 1_048_576, maxReferences: 1 });
  const [runs] = linearRuns(graphTensors(checkpoint), [], 'bf16');
  if (runs === undefined) throw new Error('No runs of linear layers');
  linear = runs;
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What two runs of some layers leave in the arena. */
function taken(layers: LayerRange): number {
  const memory = new RunMemory();
  for (let run = 0; run < 2; run += 1) {
    denoiserRun(memory, checkpoint.transformer.config, { ...extent, bytes: BF16_BYTES, linear }, layers);
  }
  return memory.bytes;
}

test.each(PART_KINDS.filter((kind): kind is Exclude<PartKind, 'whole'> => kind !== 'whole'))(
  'a %s part takes no more than its kind is counted with, however many layers it has',
  (kind) => {
    const counted = runBytes(checkpoint, extent, 'bf16', linear).denoiserParts[kind];
    const { first, end } = longestPart(kind, checkpoint.transformer.config.numLayers);
    for (const count of [1, 2, 3, 7, 30, end - first]) {
      const layers = kind === 'last' ? { first: end - count, end } : { first, end: first + count };
      expect(taken(layers)).toBeLessThanOrEqual(counted);
      expect(taken(layers)).toBeGreaterThan(count === 1 ? 0 : 0.8 * counted);
    }
  },
);

// As the provider's arena grew in a dry run: the merger's floats are made of codes, too, and rows of weights end in a block that they
// don't fill.
test.each([
  ['int8', 4 + 4 + 8 + 16 + 32 + 64 + 128],
  ['int4', 4 + 4 + 8 + 16 + 32 + 64],
] as const)('the vision tower takes in %s what the provider takes, %i MiB', (precision, mebibytes) => {
  const [runs] = linearRuns(graphTensors(checkpoint), [], precision);
  const sizes = { linear: runs?.('visual.blocks.0.attn.qkv') ?? linear(''), bytes: BF16_BYTES };
  const memory = new RunMemory();
  visionTowerRun(memory, checkpoint.textEncoder.config.vision, extent.patches, sizes);
  expect(memory.bytes).toBe(mebibytes * 2 ** 20);
});
