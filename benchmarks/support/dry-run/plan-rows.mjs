// @ts-check
/** What benchmarks/plans.mjs holds against the provider: machines with settings, and the checkpoints that they are planned for. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeSparseCheckpoint } from '../../../scripts/make-sparse-checkpoint.mjs';
import { makeSparseGguf } from '../../../scripts/make-sparse-gguf.mjs';
import { makeSparseLora } from './sparse-lora.mjs';

/** @typedef {import('./dry-plan.mjs').DryRow} DryRow */
/** @typedef {Pick<DryRow, 'model' | 'transformer' | 'loraDir'>} Checkpoint */
/** @typedef {Omit<DryRow, keyof Checkpoint> & { checkpoint: string }} PlanRow */

const MEGAPIXEL = 2 ** 20;

const SETS = ['1 16', '1 24', '1 48', '1 80', '2 24', '4 24'];
const PRECISIONS = ['bf16', 'int8', 'int4'];

/** @param {string} checkpoint @param {string} text cards, gigabytes, precision, megapixels, references @returns {PlanRow} */
function row(checkpoint, text) {
  const [cards, gigabytes, precision, megapixels, maxReferences] = text.split(' ');
  return {
    checkpoint,
    cards: Number(cards),
    gigabytes: Number(gigabytes),
    precision: /** @type {DryRow['precision']} */ (precision),
    outputPixels: Number(megapixels) * MEGAPIXEL,
    maxReferences: Number(maxReferences),
  };
}

/** @param {string} checkpoint @param {readonly string[]} texts */
const rows = (checkpoint, texts) => texts.map((text) => row(checkpoint, text));

/** float32 is left out: it makes its weights in the host's memory, more than machines without a GPU have. @type {readonly PlanRow[]} */
export const PLAN_ROWS = [
  ...[4, 1].flatMap((megapixels) =>
    SETS.flatMap((cards) => PRECISIONS.map((precision) => row('Edit', `${cards} ${precision} ${megapixels} 1`))),
  ),
  ...rows('2511', ['1 24 int4 1 1', '1 24 int4 1 4', '1 48 int8 1 4', '1 80 bf16 1 4', '1 24 int4 4 4']),
  ...rows('2511', ['2 16 int4 1 1', '2 16 int4 1 3', '2 16 int4 4 1', '4 24 bf16 1 3', '4 24 bf16 4 3']),
  ...rows('2511', ['8 16 bf16 1 1', '8 16 bf16 4 1', '8 16 int8 4 3']),
  ...rows('2511 Q4_K_M', ['1 12 int4 1 1', '1 12 int4 1 3', '1 16 int4 1 1', '1 16 int4 1 3', '1 16 int4 4 1']),
  ...rows('2511 Q4_K_M', ['1 24 int4 1 3', '2 12 int4 1 1', '2 12 int4 1 3', '2 16 int4 4 1']),
  ...rows('2511, LoRA', ['1 16 int4 1 1', '1 24 int4 1 1', '1 48 int8 1 1', '1 80 bf16 1 1']),
  ...rows('2511, LoRA', ['2 16 int4 1 1', '4 24 bf16 1 1', '8 16 bf16 1 1']),
  ...rows('2511, 2 LoRAs', ['1 24 int4 1 1', '1 80 bf16 1 1', '4 24 bf16 4 1']),
  ...rows('2511 Q4_K_M, LoRA', ['1 16 int4 1 1', '2 12 int4 1 1']),
];

/** A row's cells that tell it from the others. @param {PlanRow} row */
export const rowTitle = ({ checkpoint, cards, gigabytes, precision, outputPixels, maxReferences }) =>
  [
    checkpoint,
    `${cards} × ${gigabytes} GB`,
    precision,
    `${outputPixels / MEGAPIXEL} MP`,
    checkpoint === 'Edit' ? '1' : String(maxReferences),
  ].join(' | ');

/**
 * Makes the rows' checkpoints, of which nothing is read but headers.
 * @param {string} folder
 * @returns {Promise<Readonly<Record<string, Checkpoint>>>} by the rows' names of them
 */
export async function makeCheckpoints(folder) {
  const edit = join(folder, 'edit');
  const plus = join(folder, 'plus');
  const gguf = join(folder, 'qwen-image-edit-2511-Q4_K_M.gguf');
  await makeSparseCheckpoint(edit);
  await makeSparseCheckpoint(plus, '2511');
  await makeSparseGguf(gguf, 'Q4_K_M');
  const [one, two] = [join(folder, 'lora'), join(folder, 'loras')];
  for (const [loraDir, names] of /** @type {const} */ ([
    [one, ['lightning']],
    [two, ['lightning', 'style']],
  ])) {
    await mkdir(loraDir);
    for (const name of names) await makeSparseLora(loraDir, name, plus, 64);
  }
  const plain = { transformer: null, loraDir: null };
  return {
    Edit: { model: edit, ...plain },
    2511: { model: plus, ...plain },
    '2511 Q4_K_M': { model: plus, transformer: gguf, loraDir: null },
    '2511, LoRA': { model: plus, transformer: null, loraDir: one },
    '2511, 2 LoRAs': { model: plus, transformer: null, loraDir: two },
    '2511 Q4_K_M, LoRA': { model: plus, transformer: gguf, loraDir: one },
  };
}
