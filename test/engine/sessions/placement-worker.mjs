// @ts-check
/**
 * Makes one picture of a checkpoint under several plans of its own making, each in the engine's parts, and prints what
 * came of each as a line of JSON. In a process of its own: jest's realms have typed arrays that the runtime refuses.
 *
 *     node placement-worker.mjs CHECKPOINT LORA_DIR PICTURE...     (LORA_DIR may be empty)
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { register } from 'tsx/esm/api';

register();
const { openEditCheckpoint } = await import('../../../src/engine/open-edit-checkpoint.js');
const { graphsAt } = await import('../../../src/engine/devices/balance.js');
const { layOut } = await import('../../../src/engine/devices/lay-out.js');
const { sizesOfCheckpoint } = await import('../../../src/engine/devices/network-sizes.js');
const { loadEditModel } = await import('../../../src/engine/edit-model.js');
const { PipelineService } = await import('../../../src/engine/pipeline/pipeline.service.js');
const { SchedulerService } = await import('../../../src/engine/scheduler/scheduler.service.js');
const { sizeRules } = await import('../../../src/engine/size-rules.js');
const { readInputPicture } = await import('../../../src/images/input-picture.js');

const [folder = '', loraDir = '', ...pictures] = process.argv.slice(2);
const LIMITS = { maxPixels: 64e6, maxAspect: 100 };
const SIZE = { width: 64, height: 64 };
const checkpoint = await openEditCheckpoint(folder, loraDir === '' ? null : loraDir);
const sizes = sizesOfCheckpoint(checkpoint)('fp32', 'cpu', {
  outputPixels: 64 * 64,
  maxReferences: pictures.length,
});
const layers = sizes.weights.layers.length;

/**
 * A plan on processors with so much memory each.
 * @param {number[]} counts the denoiser's layers on each
 * @param {number} freeBytes
 */
function planOn(counts, freeBytes) {
  const devices = counts.map(() => ({ kind: /** @type {const} */ ('cpu'), index: 0, name: 'CPU', freeBytes }));
  const assignment = { graphs: graphsAt({ vae: 0, text: 0, schedule: 0 }), layers: counts };
  const layout = { precision: /** @type {const} */ ('fp32'), sizes, budgetOf: () => freeBytes };
  return layOut(assignment, devices, { ...layout, measure: 'totalBytes' });
}

const everything = planOn([layers], Infinity);
const stages = Object.values(everything?.devices[0]?.peakBytes ?? {});
/** The least that one processor can do with: its largest stage alone. */
const least = [...Array(200).keys()]
  .map((step) => (Math.max(...stages) * step) / 200)
  .find((bytes) => planOn([layers], bytes) !== null);

const plans = {
  everything,
  inTurns: planOn([layers], least ?? 0),
  vaeInTurn: everything && {
    ...everything,
    parts: everything.parts.map((part) => ({ ...part, resident: !part.graph.startsWith('vae') })),
  },
  split: planOn([1, layers - 1], Infinity),
  splitInThree: layers < 3 ? null : planOn([1, 1, layers - 2], Infinity),
};
const request = {
  prompt: 'make it blue',
  negativePrompt: 'dull',
  references: await Promise.all(
    pictures.map(async (picture) => readInputPicture(await readFile(picture), LIMITS, SIZE, sizeRules(checkpoint))),
  ),
  size: SIZE,
  numInferenceSteps: 2,
  trueCfgScale: 3,
  seed: 5,
  maxSequenceLength: 512,
  outputType: /** @type {const} */ ('pil'),
  partialImages: 1,
  loras: checkpoint.loras.loras.map(({ name }, index) => ({ name, scale: index % 2 === 0 ? 0.5 : -0.5 })),
  masked: null,
};
for (const [name, plan] of Object.entries(plans)) {
  if (plan === null) continue;
  const model = await loadEditModel(checkpoint, plan, { folder: '', maxBytes: 0 });
  const pipeline = new PipelineService(new SchedulerService());
  const digests = [];
  for (const editKey of ['first', 'second', 'afterRelease']) {
    if (editKey === 'afterRelease') await model.release();
    const listener = { progress: () => undefined, preview: () => undefined, isCancelled: () => false };
    const made = await pipeline.make(model, { ...request, editKey }, listener);
    digests.push(createHash('sha256').update(made.picture.data).digest('hex'));
  }
  const parts = plan.parts.map(({ graph, layers: range, resident }) => ({ graph, range, resident }));
  console.log(JSON.stringify({ name, digests, parts, reloadedBytes: plan.reloadedBytes }));
  await model.release();
}
