// @ts-check
/** What sets the family's published checkpoints apart in form; their tensors' names and shapes are the same. */

const PLUS = 'QwenImageEditPlusPipeline';

/**
 * @typedef {object} Release
 * @property {string} repository on the Hugging Face hub
 * @property {string} className of the pipeline
 * @property {Readonly<Record<string, unknown>>} transformer keys of its config beside those that all have
 */

/** By the names that the scripts' option --release takes. @type {Readonly<Record<string, Release>>} */
export const RELEASES = {
  edit: { repository: 'Qwen/Qwen-Image-Edit', className: 'QwenImageEditPipeline', transformer: {} },
  2509: { repository: 'Qwen/Qwen-Image-Edit-2509', className: PLUS, transformer: {} },
  2511: { repository: 'Qwen/Qwen-Image-Edit-2511', className: PLUS, transformer: { zero_cond_t: true } },
};

export const RELEASE_NAMES = Object.keys(RELEASES).sort().reverse().join('|');

/** @param {string} name @throws where there is none of that name */
export function publishedRelease(name) {
  const release = RELEASES[name];
  if (release === undefined) throw new Error(`--release is ${name}; it can be ${RELEASE_NAMES}`);
  return release;
}

/** model_index.json. @param {Release} release */
export const pipelineIndex = ({ className }) => ({
  _class_name: className,
  _diffusers_version: '0.35.0.dev0',
  processor: ['transformers', 'Qwen2_5_VLProcessor'],
  scheduler: ['diffusers', 'FlowMatchEulerDiscreteScheduler'],
  text_encoder: ['transformers', 'Qwen2_5_VLForConditionalGeneration'],
  tokenizer: ['transformers', 'Qwen2Tokenizer'],
  transformer: ['diffusers', 'QwenImageTransformer2DModel'],
  vae: ['diffusers', 'AutoencoderKLQwenImage'],
});
