import { CheckpointError } from './checkpoint-error.js';
import type { ConfigReader } from './config-reader.js';
import { describeValue } from './describe-value.js';
import type { ServedClass } from './served-class.js';

export const PIPELINE_INDEX = 'model_index.json';

/** The classes that each component of a pipeline may name in model_index.json: the family's classes share them. */
const COMPONENT_CLASSES: Readonly<Record<string, readonly string[]>> = {
  scheduler: ['FlowMatchEulerDiscreteScheduler'],
  text_encoder: ['Qwen2_5_VLForConditionalGeneration'],
  tokenizer: ['Qwen2Tokenizer', 'Qwen2TokenizerFast'],
  processor: ['Qwen2VLProcessor', 'Qwen2_5_VLProcessor'],
  transformer: ['QwenImageTransformer2DModel'],
  vae: ['AutoencoderKLQwenImage'],
};

/**
 * The class of the pipeline that model_index.json describes, with the components that it needs.
 * @param served the classes that may stand there
 * @throws CheckpointError that names the class found and the ones supported
 */
export function pipelineClass<C extends ServedClass>(index: ConfigReader, served: readonly C[]): C {
  const name = index.raw('_class_name');
  const found = served.find(({ className }) => className === name);
  if (found === undefined) {
    const supported = classNames(served);
    throw index.error(
      '_class_name',
      name === undefined
        ? `is missing; supported is ${supported}`
        : `is ${describeValue(name)}, a pipeline that is not supported; supported is ${supported}`,
    );
  }
  checkComponents(index);
  return found;
}

/** The classes' names, for messages. */
export function classNames(served: readonly ServedClass[]): string {
  return served.map(({ className }) => className).join(', ');
}

function checkComponents(index: ConfigReader): void {
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
