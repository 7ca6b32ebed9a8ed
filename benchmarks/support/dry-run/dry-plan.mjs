// @ts-check
/**
 * Plans a machine and makes its largest edits with the plan, of the sizes that it is counted with, on stand-ins; prints an outcome as JSON. Started by
 * benchmarks/plans.mjs for each of its rows.
 *
 *     node dry-plan.mjs ROW-AS-JSON
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { register } from 'tsx/esm/api';
import { graphInputs } from './graph-inputs.mjs';
import { MemoryLog } from './memory-log.mjs';
import { openPlanned } from './planned-graphs.mjs';

register();
const { STAGE_OF } = await import('../../../src/engine/devices/device-plan.js');
const { sizesOfCheckpoint } = await import('../../../src/engine/devices/network-sizes.js');
const { precisionFormat } = await import('../../../src/engine/devices/precisions.js');
const { isRefusal } = await import('../../../src/engine/devices/plan-devices.js');
const { largestExtent } = await import('../../../src/engine/devices/request-extent.js');
const { COUNTED_SIZES } = await import('../../../src/engine/devices/runs/run-bytes.js');
const { openEditCheckpoint } = await import('../../../src/engine/open-edit-checkpoint.js');
const { gpuOf, planOn } = await import('../../../src/plan/planned-machine.js');

/** @typedef {import('../../../src/protocol/device-settings.js').Precision} Precision */
/** @typedef {import('../../../src/graph/checkpoint-graphs.js').GraphName} GraphName */
/** @typedef {import('../../../src/engine/devices/request-extent.js').Extent} Extent */

/**
 * A row of the table: a checkpoint's folder, a GGUF file and a LORA_DIR where it has them; cards of so many gigabytes; the
 * settings.
 * @typedef {object} DryRow
 * @property {string} model
 * @property {string | null} transformer
 * @property {string | null} loraDir
 * @property {number} cards
 * @property {number} gigabytes
 * @property {Precision} precision
 * @property {number} outputPixels
 * @property {number} maxReferences
 */

/**
 * What came of it: null for what the planner refuses; by GPU the most that was planned and that was seen, in bytes; the networks
 * that take turns; where the first edit failed, if one did.
 * @typedef {{ planned: number[], seen: number[], inTurn: string[], reloadedBytes: number, failure: string | null } | null} DryOutcome
 */

/** One edit's runs, with two steps. @type {readonly GraphName[]} */
const RUNS = [
  'vaeEncoder',
  'visionTower',
  'languageModel',
  'promptProjection',
  'modulation',
  'denoiser',
  'denoiser',
  'vaeDecoder',
];

/** @param {Extent} extent @param {number} size @returns {Extent} */
const scaled = (extent, size) =>
  /** @type {Extent} */ (
    Object.fromEntries(Object.entries(extent).map(([name, count]) => [name, Math.ceil(count * size)]))
  );

/** The gist of what the runtime says about a load or a run that failed. @param {unknown} error */
function reasonOf(error) {
  const message = error instanceof Error ? `${error.message} ${String(error.cause ?? '')}` : String(error);
  const known = /Failed to allocate memory for requested buffer of size \d+|CUDA failure \d+: [^;]+/.exec(message)?.[0];
  return known ?? message.split('\n')[0]?.slice(0, 300) ?? '';
}

/** @param {DryRow} row @param {string} folder @returns {Promise<DryOutcome>} */
async function dryPlan(row, folder) {
  const log = new MemoryLog(join(folder, 'memory.log'), row.cards);
  const { transformer, outputPixels, maxReferences, precision } = row;
  const source = transformer === null ? undefined : { file: transformer, zeroCondT: null };
  const checkpoint = await openEditCheckpoint(row.model, row.loraDir, source);
  const gpus = Array.from({ length: row.cards }, (_, index) => gpuOf(row.gigabytes, index));
  const asked = /** @type {const} */ ({ deviceMap: 'auto', precision, outputPixels, maxReferences });
  const plan = planOn(gpus, asked, sizesOfCheckpoint(checkpoint));
  if (isRefusal(plan)) return null;
  const seen = gpus.map(() => 0);
  const badLaunches = [];
  const look = () => {
    const looked = log.look();
    badLaunches.push(...looked.badLaunches);
    for (const [gpu, bytes] of looked.peakBytes.entries()) seen[gpu] = Math.max(seen[gpu] ?? 0, bytes);
  };
  let at = 'loading what stays';
  let failure = null;
  try {
    const { graphs, loraLayouts } = await openPlanned(checkpoint, plan, folder);
    const extent = largestExtent(checkpoint, asked);
    const { computeType } = precisionFormat(plan.precision, plan.kind);
    look();
    for (const [edit, size] of COUNTED_SIZES.entries()) {
      const inputs = graphInputs(checkpoint, scaled(extent, size), loraLayouts, computeType);
      for (const name of RUNS) {
        at = `${name} (${STAGE_OF[name]}), edit ${edit + 1}`;
        await graphs[name].run(inputs[name]());
        look();
      }
    }
  } catch (error) {
    look();
    failure = `${at}: ${reasonOf(error)}`;
  }
  if (failure === null && badLaunches.length > 0) failure = badLaunches[0] ?? null;
  const inTurn = plan.parts.filter(({ resident }) => !resident).map(({ graph }) => graph);
  return {
    planned: gpus.map(({ index }) => {
      const device = plan.devices.find((each) => each.index === index);
      return device === undefined ? 0 : Math.max(...Object.values(device.peakBytes));
    }),
    seen,
    inTurn: [...new Set(inTurn)],
    reloadedBytes: plan.reloadedBytes,
    failure,
  };
}

const folder = mkdtempSync(join(tmpdir(), 'dry-plan-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
console.log(JSON.stringify(await dryPlan(JSON.parse(process.argv[2] ?? ''), folder)));
// The provider's own end calls libraries that aren't there.
process.exit(0);
