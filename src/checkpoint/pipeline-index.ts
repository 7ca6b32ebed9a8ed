import { CheckpointError } from './checkpoint-error.js';
import type { ConfigReader } from './config-reader.js';
import { describeValue } from './describe-value.js';

export const PIPELINE_INDEX = 'model_index.json';
export const PIPELINE_CLASS = 'QwenImageEditPipeline';

/** The classes that each component of the pipeline may name in model_index.json. */
const COMPONENT_CLASSES: Readonly<Record<string, readonly string[]>> = {
  scheduler: ['FlowMatchEulerDiscreteScheduler'],
  text_encoder: ['Qwen2_5_VLForConditionalGeneration'],
  tokenizer: ['Qwen2Tokenizer', 'Qwen2TokenizerFast'],
  processor: ['Qwen2VLProcessor', 'Qwen2_5_VLProcessor'],
  transformer: ['QwenImageTransformer2DModel'],
  vae: ['AutoencoderKLQwenImage'],
};

/**
 * Checks that model_index.json describes the one pipeline that is served, with the components that it needs.
 * @throws CheckpointError that names the class found and the ones supported
 */
export function checkPipelineIndex(index: ConfigReader): void {
  const pipeline = index.raw('_class_name');
  if (pipeline !== PIPELINE_CLASS) {
    throw index.error(
      '_class_name',
      pipeline === undefined
        ? `is missing; supported is ${PIPELINE_CLASS}`
        : `is ${describeValue(pipeline)}, a pipeline that is not supported; supported is ${PIPELINE_CLASS}`,
    );
  }
  for (const [component, classes] of Object.entries(COMPONENT_CLASSES)) {
    const entry = index.raw(component);
    if (!Array.isArray(entry) || entry.length !== 2) {
      index.refuse(component, `[library, class] with the class ${classes.join(' or ')}`);
    }
    const [, className] = entry as unknown[];
    if (typeof className !== 'string' || !classes.includes(className)) {
      throw new CheckpointError(
        `${index.label}: ${component} is a ${describeValue(className)}; only ${classes.join(' or ')} is supported`,
      );
    }
  }
}
