// @ts-check
/**
 * Runs single stages of the engine for the parity tests, in a process of its own as the engine does: jest's realms
 * have typed arrays of their own, which the runtime refuses.
 */
import sharp from 'sharp';
import { register } from 'tsx/esm/api';

register();
const { openEditCheckpoint } = await import('../../../src/engine/open-edit-checkpoint.js');
const { planCheckpoint } = await import('../../../src/engine/devices/plan-checkpoint.js');
const { loadEditModel } = await import('../../../src/engine/edit-model.js');

/** @type {import('../../../src/engine/edit-model.js').EditModel | undefined} */
let loaded;

/** @param {string} file an RGB picture */
async function readImage(file) {
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

const model = () => {
  if (loaded === undefined) throw new Error('no model is loaded');
  return loaded;
};

/** @type {Record<string, (input: any) => Promise<unknown>>} */
const stages = {
  async load({ folder, precision = 'fp32', cache = { folder: '', maxBytes: 0 } }) {
    const checkpoint = await openEditCheckpoint(folder);
    const deviceMap = /** @type {const} */ ('cpu');
    const request = { deviceMap, precision, outputPixels: checkpoint.service.nativeArea, maxReferences: 4 };
    loaded = await loadEditModel(checkpoint, (await planCheckpoint(checkpoint, request)).plan, cache);
    return { warnings: loaded.warnings };
  },
  async vision({ file }) {
    return model().textEncoder.encodeImage(await readImage(file));
  },
  prompts: ({ prompts, features }) => model().textEncoder.encodePrompts(prompts, features),
  condition: ({ prompt, grids }) => model().transformer.condition(prompt, grids),
  modulation: ({ timestep }) => model().transformer.modulation(Float32Array.of(timestep)).at(0),
  velocity: ({ latents, references, modulation, conditioning }) =>
    model().transformer.velocity(latents, model().transformer.references(references), modulation, conditioning),
  async vaeEncode({ file }) {
    return model().vae.encode(await readImage(file));
  },
  vaeDecode: ({ latents }) => model().vae.decode(latents),
};

process.on('message', (/** @type {{ id: number, stage: string, input: unknown }} */ { id, stage, input }) => {
  const run = stages[stage];
  Promise.resolve(run?.(input)).then(
    (result) => process.send?.({ id, result }),
    (error) => process.send?.({ id, error: String(error instanceof Error ? error.stack : error) }),
  );
});
