// @ts-check
/**
 * Holds plans against what the CUDA provider takes: the provider is the real one, the libraries under it are stand-ins that count
 * memory and compute nothing; no GPU is needed. For each row a checkpoint of the published size (files of holes) is planned and
 * makes four of its largest edits, one of them as much larger as another aspect makes it. In a clone with its packages (`npm ci`;
 * no build), on Linux on x86_64:
 *
 *     benchmarks/dry-cuda/setup.sh FOLDER                   makes the stand-ins once: gcc, Python, 250 MB to fetch
 *     DRY_CUDA=FOLDER node benchmarks/plans.mjs             all rows: 20 minutes or more
 *     DRY_CUDA=FOLDER node benchmarks/plans.mjs TEXT…       those with all of these texts, as in: Edit int4 "1 × 24 GB" "4 MP"
 *     node benchmarks/plans.mjs --list [TEXT…]              only says which rows there are
 *
 * Prints a Markdown table (GPUs one after the other: A / B / …), and how many rows hold. A row doesn't where its graphs don't load
 * or run, or a GPU takes more than was planned, or more than 15 % above what it takes was planned; the status is 1 then. What the
 * planner refuses isn't run.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { makeCheckpoints, PLAN_ROWS, rowTitle } from './support/dry-run/plan-rows.mjs';
import { requireKit, runOnStandIns } from './support/dry-run/stand-ins.mjs';

/** @typedef {import('./support/dry-run/dry-plan.mjs').DryOutcome} DryOutcome */
/** @typedef {import('./support/dry-run/plan-rows.mjs').Checkpoint} Checkpoint */
/** @typedef {import('./support/dry-run/plan-rows.mjs').PlanRow} PlanRow */
/** What came of a row; cells of a table. @typedef {{ verdict: 'holds' | 'refused' | 'at fault', cells: readonly string[] }} Verdict */

const WORKER = fileURLToPath(new URL('support/dry-run/dry-plan.mjs', import.meta.url));
const HEAD = ['checkpoint', 'GPUs', 'precision', 'results', 'references'];
const FIGURES = ['planned, GB', 'dry run, GB', 'above', 'in turn', ''];
/** How much more than what is taken may be planned. */
const MOST_ABOVE = 0.15;
/** Less on a GPU is not held against that. */
const SMALL_BYTES = 1e9;

const { values: options, positionals: texts } = parseArgs({
  allowPositionals: true,
  options: { list: { type: 'boolean', default: false } },
});

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

/** @param {DryOutcome} outcome @returns {Verdict} */
function verdictOf(outcome) {
  if (outcome === null) return { verdict: 'refused', cells: ['refused', '', '', '', ''] };
  const { planned, seen, inTurn, reloadedBytes } = outcome;
  const above = planned.map((plan, gpu) => (100 * (plan / (seen[gpu] || plan || 1) - 1)).toFixed(1));
  const turns = inTurn.length === 0 ? '' : `${inTurn.join(', ')}: ${(reloadedBytes / 1e9).toFixed(1)} GB an edit`;
  const fault = faultOf(outcome);
  return {
    verdict: fault === null ? 'holds' : 'at fault',
    cells: [gigabytes(planned), gigabytes(seen), `${above.join(' / ')} %`, turns, fault ?? 'OK'],
  };
}

/** @param {PlanRow} row @param {Readonly<Record<string, Checkpoint>>} checkpoints @returns {Promise<Verdict>} */
async function dryRun(row, checkpoints) {
  const settings = { FAKE_GB: String(row.gigabytes), FAKE_COUNT: String(row.cards) };
  const dry = JSON.stringify({ ...row, ...checkpoints[row.checkpoint] });
  const { status, output } = await runOnStandIns(WORKER, [dry], settings);
  if (status !== 0) return { verdict: 'at fault', cells: ['', '', '', '', `the dry run ended with ${status}`] };
  return verdictOf(JSON.parse(output));
}

/** @param {readonly string[]} cells */
const line = (cells) => `| ${cells.join(' | ')} |`;

/** @param {readonly PlanRow[]} rows @returns {Promise<Verdict['verdict'][]>} */
async function holdAgainstProvider(rows) {
  requireKit();
  const folder = await mkdtemp(join(tmpdir(), 'plans-'));
  try {
    const checkpoints = await makeCheckpoints(folder);
    console.log(line([...HEAD, ...FIGURES]));
    console.log(line([...HEAD, ...FIGURES].map(() => '---')));
    const verdicts = [];
    for (const row of rows) {
      const { verdict, cells } = await dryRun(row, checkpoints);
      verdicts.push(verdict);
      console.log(line([rowTitle(row), ...cells]));
    }
    return verdicts;
  } finally {
    await rm(folder, { recursive: true });
  }
}

const rows = PLAN_ROWS.filter((row) => texts.every((text) => rowTitle(row).includes(text)));
if (rows.length === 0) {
  console.error(`No row has ${texts.join(' and ')}: node benchmarks/plans.mjs --list says which there are`);
  process.exitCode = 1;
} else if (options.list) {
  for (const row of rows) console.log(rowTitle(row));
} else {
  const verdicts = await holdAgainstProvider(rows);
  const count = (/** @type {Verdict['verdict']} */ which) => verdicts.filter((verdict) => verdict === which).length;
  const run = rows.length - count('refused');
  console.log(`\n${count('holds')} of ${run} plans hold; ${count('refused')} rows are refused by the planner.`);
  process.exitCode = count('at fault') === 0 ? 0 : 1;
}
