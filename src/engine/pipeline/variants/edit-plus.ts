import { editTemplate, imagePlace } from './edit-template.js';
import type { PipelineVariant } from './pipeline-variant.js';

/** One megapixel. */
const NATIVE_AREA = 1024 * 1024;

/**
 * Several references, each of which the vision tower sees small and the VAE large; the prompt names them by their numbers.
 * Source: diffusers' QwenImageEditPlusPipeline, whose CONDITION_IMAGE_SIZE and VAE_IMAGE_SIZE the areas are.
 */
export const EDIT_PLUS: PipelineVariant = {
  className: 'QwenImageEditPlusPipeline',
  conditions: [
    { key: 'condition_area', area: 384 * 384, readBy: ['vision'] },
    { key: 'vae_area', area: NATIVE_AREA, readBy: ['vae'] },
  ],
  nativeArea: NATIVE_AREA,
  defaultSteps: 40,
  defaultTrueCfgScale: 4,
  mayHaveZeroCondT: true,
  maxReferences: Infinity,
  template: editTemplate((images) =>
    images.map((image, index) => `Picture ${index + 1}: ${imagePlace(image)}`).join(''),
  ),
  autoSizeFollows: 'last',
};
