import type { TextEncoderConfig } from '../../checkpoint/text-encoder-config.js';
import type { PromptTokenizer } from './tokenizer.js';

/**
 * Positions that are dropped from the front of the prompt embeddings: the template's head, counted with the published
 * tokenizer. It is a constant of the pipeline, however many tokens another tokenizer makes of the head.
 */
export const TEMPLATE_DROP = 64;

/** Stands where the picture's embeddings go. */
export const IMAGE_TOKEN = '<|image_pad|>';

const HEAD =
  '<|im_start|>system\n' +
  "Describe the key features of the input image (color, shape, size, texture, objects, background), then explain how the user's text instruction should alter or modify the image. " +
  "Generate a new image that meets the user's requirements while maintaining consistency with the original input where appropriate.<|im_end|>\n" +
  '<|im_start|>user\n<|vision_start|>';
const AFTER_IMAGE = '<|vision_end|>';
const TAIL = '<|im_end|>\n<|im_start|>assistant\n';

/** What the language model reads. */
export interface PromptTokens {
  /** int32 [tokens] */
  readonly inputIds: Int32Array;
  /** Index of the first image token. */
  readonly imageStart: number;
  /** Image tokens: one for each group of patches that the vision tower joins. */
  readonly imageCount: number;
}

/**
 * The template around a prompt and its picture, as tokens. The text is tokenized as a whole, since special tokens cut it
 * first; a prompt must not hold any.
 *
 * @param gridHeight Patches a column.
 * @param gridWidth Patches a row.
 * Source: diffusers' `QwenImageEditPipeline._get_qwen_prompt_embeds`, transformers' Qwen2VLProcessor.
 */
export function buildPrompt(
  tokenizer: PromptTokenizer,
  config: TextEncoderConfig,
  prompt: string,
  gridHeight: number,
  gridWidth: number,
): PromptTokens {
  const imageCount = (gridHeight * gridWidth) / config.vision.spatialMergeSize ** 2;
  const ids = tokenizer.encode(`${HEAD}${IMAGE_TOKEN.repeat(imageCount)}${AFTER_IMAGE}${prompt}${TAIL}`);
  const inputIds = Int32Array.from(ids);
  return { inputIds, imageStart: inputIds.indexOf(config.imageTokenId), imageCount };
}
