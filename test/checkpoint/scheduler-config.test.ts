import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openEditCheckpoint } from '../../src/engine/open-edit-checkpoint.js';
import { SyntheticCheckpoint } from '../support/synthetic-checkpoint.js';

const PUBLISHED = join(import.meta.dirname, '..', 'published');
const SCHEDULER = 'scheduler/scheduler_config.json';

let checkpoint: SyntheticCheckpoint;
beforeEach(async () => {
  checkpoint = await SyntheticCheckpoint.create();
});
afterEach(() => checkpoint.remove());

describe('the scheduler’s config', () => {
  test('of the published checkpoint', async () => {
    expect((await openEditCheckpoint(checkpoint.path)).scheduler).toEqual({
      numTrainTimesteps: 1000,
      shift: 1,
      useDynamicShifting: true,
      baseShift: 0.5,
      maxShift: 0.9,
      baseImageSeqLen: 256,
      maxImageSeqLen: 8192,
      shiftTerminal: 0.02,
      timeShiftType: 'exponential',
    });
  });

  test('of the Lightning checkpoints', async () => {
    await checkpoint.write(SCHEDULER, await readFile(join(PUBLISHED, 'scheduler_config.lightning.json')));
    expect((await openEditCheckpoint(checkpoint.path)).scheduler).toMatchObject({
      baseShift: 1.0986122886681098,
      maxShift: 1.0986122886681098,
      shiftTerminal: null,
    });
  });

  test('has the class’s defaults for keys that are absent, and ignores keys that the class ignores', async () => {
    await checkpoint.writeJson(SCHEDULER, { timestep_spacing: 'trailing' });
    expect((await openEditCheckpoint(checkpoint.path)).scheduler).toEqual({
      numTrainTimesteps: 1000,
      shift: 1,
      useDynamicShifting: false,
      baseShift: 0.5,
      maxShift: 1.15,
      baseImageSeqLen: 256,
      maxImageSeqLen: 4096,
      shiftTerminal: null,
      timeShiftType: 'exponential',
    });
  });

  test('stretches to no terminal of 0, as diffusers takes it for none', async () => {
    await checkpoint.set(SCHEDULER, { shift_terminal: 0 });
    expect((await openEditCheckpoint(checkpoint.path)).scheduler.shiftTerminal).toBeNull();
  });
});
