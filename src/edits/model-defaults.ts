import type { ModelInfo } from '../protocol/model-info.js';

/** The checkpoint's own defaults under the names of an edit's fields, in the form in which a request gives them. */
export function modelDefaults({ defaults }: ModelInfo): ModelDefaults {
  const { size, numInferenceSteps, trueCfgScale } = defaults;
  return {
    size: size === 'auto' ? size : `${size.width}x${size.height}`,
    num_inference_steps: numInferenceSteps,
    true_cfg_scale: trueCfgScale,
  };
}

export interface ModelDefaults {
  readonly size: string;
  readonly num_inference_steps: number;
  readonly true_cfg_scale: number;
}
