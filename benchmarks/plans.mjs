// @ts-check
/**
 * Holds plans against what the CUDA provider takes: the provider is the real one, the libraries under it are stand-ins that count
 * memory and compute nothing (benchmarks/dry-cuda/setup.sh makes them; no GPU is needed). For each row a checkpoint of the
 * published size is planned and makes two of its largest edits.
 *
 *     DRY_CUDA=FOLDER node benchmarks/plans.mjs [TEXT…]     rows that contain all of these texts; about 20 seconds a row
 *
 * Prints a Markdown table. The status is 1 where a plan doesn't fit, takes more than was planned, or was planned with more than
 * 15 % above what it takes.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeSparseCheckpoint } from '../scripts/make-sparse-checkpoint.mjs';
import { makeSparseGguf } from '../scripts/make-sparse-gguf.mjs';
import { makeSparseLora } from './support/dry-run/sparse-lora.mjs';
import { requireKit, runOnStandIns } from './support/dry-run/stand-ins.mjs';

/** @typedef {import('./support/dry-run/dry-plan.mjs').DryRow} DryRow */
/** @typedef {import('./support/dry-run/dry-plan.mjs').DryOutcome} DryOutcome */
/** @typedef {Pick<DryRow, 'model' | 'transformer' | 'loraDir'>} Checkpoint */
/** @typedef {Omit<DryRow, keyof Checkpoint> & { checkpoint: string }} Row */

const WORKER = fileURLToPath(new URL('support/dry-run/dry-plan.mjs', import.meta.url));
const MEGAPIXEL = 2 ** 20;
/** How much more than what is taken may be planned. */
const MOST_ABOVE = 0.15;
/** Less on a GPU is not held against that. */
const SMALL_BYTES = 1e9;

const SETS = [
  { cards: 1, gigabytes: 16 },
  { cards: 1, gigabytes: 24 },
  { cards: 1, gigabytes: 48 },
  { cards: 1, gigabytes: 80 },
  { cards: 2, gigabytes: 24 },
  { cards: 4, gigabytes: 24 },
];
const PRECISIONS = /** @type {const} */ (['bf16', 'int8', 'int4']);

/** @param {string} checkpoint @param {string} text cards × gigabytes, precision, megapixels, references @returns {Row} */
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

/** float32 is left out: it makes its weights in the host's memory, more than machines without a GPU have. @type {Row[]} */
const ROWS = [
  ...[4, 1].flatMap((megapixels) =>
    SETS.flatMap(({ cards, gigabytes }) =>
      PRECISIONS.map((precision) => row('Edit', `${cards} ${gigabytes} ${precision} ${megapixels} 1`)),
    ),
  ),
  ...['1 24 int4 1 1', '1 24 int4 1 4', '1 48 int8 1 4', '1 80 bf16 1 4', '1 24 int4 4 4'].map((text) =>
    row('2511', text),
  ),
  ...['1 12 int4 1 1', '1 12 int4 1 3', '1 16 int4 1 1', '1 16 int4 1 3', '1 16 int4 4 1', '1 24 int4 1 3'].map(
    (text) => row('2511 Q4_K_M', text),
  ),
  ...['1 16 int4 1 1', '1 24 int4 1 1', '1 48 int8 1 1', '1 80 bf16 1 1'].map((text) => row('2511, LoRA', text)),
  row('2511, 2 LoRAs', '1 24 int4 1 1'),
  row('2511, 2 LoRAs', '1 80 bf16 1 1'),
  row('2511 Q4_K_M, LoRA', '1 16 int4 1 1'),
];

/** Makes the checkpoints, of which nothing is read but headers. @param {string} folder */
async function makeCheckpoints(folder) {
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
  /** @type {Record<string, Checkpoint>} */
  const checkpoints = {
    Edit: { model: edit, ...plain },
    2511: { model: plus, ...plain },
    '2511 Q4_K_M': { model: plus, transformer: gguf, loraDir: null },
    '2511, LoRA': { model: plus, transformer: null, loraDir: one },
    '2511, 2 LoRAs': { model: plus, transformer: null, loraDir: two },
    '2511 Q4_K_M, LoRA': { model: plus, transformer: gguf, loraDir: one },
  };
  return checkpoints;
}

/** @param {Row} row */
const title = ({ checkpoint, cards, gigabytes, precision, outputPixels, maxReferences }) =>
  [
    checkpoint,
    `${cards} × ${gigabytes} GB`,
    precision,
    `${outputPixels / MEGAPIXEL} MP`,
    checkpoint === 'Edit' ? '1' : String(maxReferences),
  ].join(' | ');

/** What is wrong with a row; null where it holds. @param {NonNullable<DryOutcome>} outcome */
function faultOf({ planned, seen, failure }) {
  if (failure !== null) return failure;
  for (const [gpu, bytes] of seen.entries()) {
    const plan = planned[gpu] ?? 0;
    if (bytes > plan) return 'more than planned';
    if (plan > Math.max(bytes, SMALL_BYTES) * (1 + MOST_ABOVE)) return `more than ${100 * MOST_ABOVE} % above`;
  }
  return null;
}

/** @param {readonly number[]} bytes of GPUs */
const gigabytes = (bytes) => bytes.map((each) => (each / 1e9).toFixed(2)).join(' / ');

/** @param {DryOutcome} outcome @returns {{ cells: string, fault: string | null }} */
function describe(outcome) {
  if (outcome === null) return { cells: 'refused | | | |', fault: null };
  const { planned, seen, inTurn, reloadedBytes } = outcome;
  const above = planned.map((plan, gpu) => (100 * (plan / (seen[gpu] || plan || 1) - 1)).toFixed(1));
  const turns = inTurn.length === 0 ? '' : `${inTurn.join(', ')}: ${(reloadedBytes / 1e9).toFixed(1)} GB an edit`;
  const fault = faultOf(outcome);
  return {
    cells: `${gigabytes(planned)} | ${gigabytes(seen)} | ${above.join(' / ')} % | ${turns} | ${fault ?? 'OK'}`,
    fault,
  };
}

async function main() {
  requireKit();
  const texts = process.argv.slice(2);
  const rows = ROWS.filter((each) => texts.every((text) => title(each).includes(text)));
  const folder = await mkdtemp(join(tmpdir(), 'plans-'));
  try {
    const checkpoints = await makeCheckpoints(folder);
    console.log(
      '| checkpoint | GPUs | precision | results | references | planned, GB | dry run, GB | above | in turn | |',
    );
    console.log('|---|---|---|---|---|---|---|---|---|---|');
    let faults = 0;
    for (const each of rows) {
      const settings = { FAKE_GB: String(each.gigabytes), FAKE_COUNT: String(each.cards) };
      const dry = JSON.stringify({ ...each, ...checkpoints[each.checkpoint] });
      const { status, output } = await runOnStandIns(WORKER, [dry], settings);
      if (status !== 0) throw new Error(`${title(each)}: the dry run ended with ${status}`);
      const { cells, fault } = describe(JSON.parse(output));
      if (fault !== null) faults += 1;
      console.log(`| ${title(each)} | ${cells} |`);
    }
    console.log(faults === 0 ? '\nEvery plan holds.' : `\n${faults} of ${rows.length} plans don't hold.`);
    process.exitCode = faults === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true });
  }
}

await main();
