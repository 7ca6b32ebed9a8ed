import { editTemplate, imagePlace } from './edit-template.js';
import type { PipelineVariant } from './pipeline-variant.js';

/** One megapixel. */
const NATIVE_AREA = 1024 * 1024;

/**
 * One reference, which vision tower and VAE see at the same size.
 * Source: diffusers' QwenImageEditPipeline.
 */
export const EDIT: PipelineVariant = {
  className: 'QwenImageEditPipeline',
  conditions: [{ key: 'condition_area', area: NATIVE_AREA, readBy: ['vision', 'vae'] }],
  nativeArea: NATIVE_AREA,
  defaultSteps: 50,
  defaultTrueCfgScale: 4,
  mayHaveZeroCondT: false,
  maxReferences: 1,
  template: editTemplate((images) => images.map(imagePlace).join('')),
  autoSizeFollows: 'first',
};
