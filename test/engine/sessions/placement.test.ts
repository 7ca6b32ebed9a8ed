import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { checkpointFolder, loraFolder, pictureFile } from '../../support/fixtures.js';

interface Outcome {
  readonly name: string;
  /** Of the same picture made three times, the third after everything was released. */
  readonly digests: readonly string[];
  readonly parts: readonly { graph: string; range: { first: number; end: number } | null; resident: boolean }[];
  readonly reloadedBytes: number;
}

function outcomesOf(checkpoint: string, loraDir: string, pictures: readonly string[]): Map<string, Outcome> {
  const worker = join(import.meta.dirname, 'placement-worker.mjs');
  const args = [worker, checkpointFolder(checkpoint), loraDir, ...pictures.map(pictureFile)];
  const output = execFileSync(process.execPath, args, { encoding: 'utf8' });
  const lines = output.trim().split('\n');
  return new Map(lines.map((line) => JSON.parse(line) as Outcome).map((outcome) => [outcome.name, outcome]));
}

describe.each([
  { checkpoint: 'plain', layers: 2, plans: ['everything', 'inTurns', 'vaeInTurn', 'split'], pictures: ['square.png'] },
  {
    checkpoint: 'sharded',
    layers: 3,
    plans: ['everything', 'inTurns', 'vaeInTurn', 'split', 'splitInThree'],
    pictures: ['square.png'],
  },
  // Every part of its denoiser must tell the target's rows from the references'.
  {
    checkpoint: 'plus-2511',
    layers: 3,
    plans: ['everything', 'inTurns', 'vaeInTurn', 'split', 'splitInThree'],
    pictures: ['square.png', 'tall.png'],
  },
  // Every part has its own layers' LoRAs.
  {
    checkpoint: 'plus-2511',
    layers: 3,
    plans: ['everything', 'inTurns', 'vaeInTurn', 'split', 'splitInThree'],
    pictures: ['square.png', 'tall.png'],
    loras: loraFolder('plus-2511'),
  },
])('checkpoint $checkpoint $loras', ({ checkpoint, layers, plans, pictures, loras = '' }) => {
  test('makes the same picture whatever is where, and again after its memory was freed', () => {
    const outcomes = outcomesOf(checkpoint, loras, pictures);
    expect([...outcomes.keys()]).toEqual(plans);
    const everything = outcomes.get('everything');
    for (const { digests } of outcomes.values()) expect(new Set(digests)).toEqual(new Set(everything?.digests));
    expect(new Set(everything?.digests).size).toBe(1);

    expect(everything?.reloadedBytes).toBe(0);
    const inTurns = outcomes.get('inTurns');
    expect(inTurns?.parts.some(({ resident }) => !resident)).toBe(true);
    expect(inTurns?.reloadedBytes).toBeGreaterThan(0);
    const vae = outcomes.get('vaeInTurn')?.parts.filter(({ resident }) => !resident);
    expect(vae?.map(({ graph }) => graph)).toEqual(['vaeEncoder', 'vaeDecoder']);
    const ranges = outcomes.get('split')?.parts.flatMap(({ range }) => (range === null ? [] : [range]));
    expect(ranges).toEqual([
      { first: 0, end: 1 },
      { first: 1, end: layers },
    ]);
  });
});
