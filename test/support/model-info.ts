import type { LoraInfo } from '../../src/protocol/lora.js';
import type { ModelInfo } from '../../src/protocol/model-info.js';

/** A LoRA that can be used, with these changes. */
export function loraInfo(name: string, changes: Partial<LoraInfo> = {}): LoraInfo {
  return { name, description: null, defaultScale: 1, defaults: {}, refused: null, ...changes };
}

/** A model of which edits are checked without an engine. */
export function modelInfo(changes: Partial<ModelInfo> = {}): ModelInfo {
  return {
    id: 'the-model',
    contentKey: null,
    pipelineClass: 'QwenImageEditPipeline',
    sizeRules: {
      conditionAreas: [1_048_576],
      conditionFollowsSize: false,
      nativeArea: 1_048_576,
      range: { minArea: 1, maxArea: Infinity, maxSide: Infinity },
      multiple: 16,
    },
    maxReferences: 1,
    mayTakeSeveral: false,
    defaults: { size: { width: 1024, height: 1024 }, numInferenceSteps: 50, trueCfgScale: 4 },
    maxTrueCfgScale: Infinity,
    suggestions: [],
    examples: [],
    notice: null,
    loras: [],
    specialTokens: [],
    device: 'cpu',
    precision: 'fp32',
    placement: [],
    warnings: [],
    ...changes,
  };
}
