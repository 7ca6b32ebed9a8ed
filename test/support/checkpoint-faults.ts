import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { CheckpointError } from '../../src/checkpoint/checkpoint-error.js';
import { openEditCheckpoint } from '../../src/engine/open-edit-checkpoint.js';
import { SyntheticCheckpoint } from './synthetic-checkpoint.js';

export type BreakIt = (checkpoint: SyntheticCheckpoint) => Promise<void>;

/** A fault: what it is, how a good checkpoint gets it, and the message that names it. */
export type Fault = readonly [what: string, breakIt: BreakIt, message: string];

/** Sets keys of a JSON file. */
export const set =
  (label: string, changes: Record<string, unknown>): BreakIt =>
  (checkpoint) =>
    checkpoint.set(label, changes);

/** One test a fault: opening the broken checkpoint fails with exactly the message. */
export function testFaults(faults: readonly Fault[]): void {
  let checkpoint: SyntheticCheckpoint;
  beforeEach(async () => {
    checkpoint = await SyntheticCheckpoint.create();
  });
  afterEach(() => checkpoint.remove());

  test('the checkpoint opens before it is broken', async () => {
    await expect(openEditCheckpoint(checkpoint.path)).resolves.toMatchObject({ modelId: 'my-model', warnings: [] });
  });

  test.each(faults)('%s', async (_what, breakIt, message) => {
    await breakIt(checkpoint);
    expect(await openingError(checkpoint.path)).toBe(message);
  });
}

/** The message of the CheckpointError that opening a folder ends in: one line, without a path of the host. */
export async function openingError(folder: string): Promise<string> {
  const error: unknown = await openEditCheckpoint(folder).then(
    () => new Error('The checkpoint opened'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof CheckpointError)) {
    throw error;
  }
  expect(error.message).not.toContain('\n');
  expect(error.message).not.toMatch(/(^|[\s"'(])\/\w/);
  return error.message;
}
