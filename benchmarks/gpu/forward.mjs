// @ts-check
/** What a forward of the transformer works on. The pack holds this file bundled with what it imports (pack.mjs). */
import { register } from 'tsx/esm/api';

register();
const { openEditCheckpoint } = await import('../../src/engine/open-edit-checkpoint.js');
const { conditionIndex } = await import('../../src/engine/pipeline/variants/pipeline-variant.js');
const { conditionSize } = await import('../../src/images/condition-size.js');
const { smartResize } = await import('../../src/images/smart-resize.js');

/** What stands around the picture and the prompt in the template, behind the part that is dropped. */
const TEMPLATE_TOKENS = 7;
/** Of the published VAE and packing: 16 × 16. */
export const PIXELS_A_TOKEN = 256;

/**
 * The forward of an edit of one square reference: tokens of the text stream (the prompt's own, the template's, and those of the
 * picture as the vision tower sees it) and of the reference, and what of the config counts for the operations.
 * @param {string} folder of the checkpoint
 * @param {number} promptTokens
 * @param {number} side of the reference, in pixels
 */
export async function forwardOf(folder, promptTokens, side) {
  const { pipeline, service, preprocessor, transformer } = await openEditCheckpoint(folder);
  const { patchSize, mergeSize, minPixels, maxPixels } = preprocessor;
  const factor = patchSize * mergeSize;
  const broughtTo = (/** @type {'vision' | 'vae'} */ reader) =>
    conditionSize(service.conditionAreas[conditionIndex(pipeline, reader)] ?? 0, { width: side, height: side });
  const seen = smartResize(broughtTo('vision'), factor, minPixels, maxPixels);
  const encoded = broughtTo('vae');
  const { numLayers, innerDim } = transformer.config;
  return {
    text: promptTokens + TEMPLATE_TOKENS + (seen.width / factor) * (seen.height / factor),
    reference: (encoded.width * encoded.height) / PIXELS_A_TOKEN,
    numLayers,
    innerDim,
  };
}
