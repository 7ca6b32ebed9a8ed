import { describe } from '@jest/globals';
import { type Fault, set, testFaults } from '../../support/checkpoint-faults.js';

const INDEX = 'model_index.json';
const PIPELINE_FAULTS: readonly Fault[] = [
  [
    'another pipeline',
    set(INDEX, { _class_name: 'QwenImageLayeredPipeline' }),
    `${INDEX}: _class_name is "QwenImageLayeredPipeline", a pipeline that is not supported; supported is QwenImageEditPipeline, QwenImageEditPlusPipeline`,
  ],
  [
    'no pipeline class',
    set(INDEX, { _class_name: undefined }),
    `${INDEX}: _class_name is missing; supported is QwenImageEditPipeline, QwenImageEditPlusPipeline`,
  ],
  [
    'another transformer class',
    set(INDEX, { transformer: ['diffusers', 'FluxTransformer2DModel'] }),
    `${INDEX}: transformer is a "FluxTransformer2DModel"; only QwenImageTransformer2DModel is supported`,
  ],
  [
    'an unknown scheduler class',
    set(INDEX, { scheduler: ['diffusers', 'UniPCMultistepScheduler'] }),
    `${INDEX}: scheduler is a "UniPCMultistepScheduler"; only FlowMatchEulerDiscreteScheduler is supported`,
  ],
  [
    'no vae',
    set(INDEX, { vae: undefined }),
    `${INDEX}: vae is missing, expected [library, class] with the class AutoencoderKLQwenImage`,
  ],
  [
    'a vae of null',
    set(INDEX, { vae: null }),
    `${INDEX}: vae is null, expected [library, class] with the class AutoencoderKLQwenImage`,
  ],
  ['a list', (checkpoint) => checkpoint.writeJson(INDEX, []), `${INDEX} must hold a JSON object`],
  ['half a file', (checkpoint) => checkpoint.write(INDEX, '{"_class_name": "Qwen'), `${INDEX} is not valid JSON`],
  ['an empty file', (checkpoint) => checkpoint.write(INDEX, ''), `${INDEX} is not valid JSON (it is empty)`],
];

describe('faults of model_index.json', () => testFaults(PIPELINE_FAULTS));
