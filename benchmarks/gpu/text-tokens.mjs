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

/**
 * Tokens of the text stream (the prompt's own, the template's, and those of the picture as the vision tower sees it), and what
 * of the transformer's config counts for the operations of a forward.
 * @param {string} folder of the checkpoint
 * @param {number} promptTokens
 * @param {number} side of the square reference, in pixels
 */
export async function textStream(folder, promptTokens, side) {
  const { pipeline, service, preprocessor, transformer } = await openEditCheckpoint(folder);
  const { patchSize, mergeSize, minPixels, maxPixels } = preprocessor;
  const factor = patchSize * mergeSize;
  const area = service.conditionAreas[conditionIndex(pipeline, 'vision')] ?? 0;
  const seen = smartResize(conditionSize(area, { width: side, height: side }), factor, minPixels, maxPixels);
  const { numLayers, innerDim } = transformer.config;
  return {
    tokens: promptTokens + TEMPLATE_TOKENS + (seen.width / factor) * (seen.height / factor),
    numLayers,
    innerDim,
  };
}
