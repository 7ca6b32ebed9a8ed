import type { TextEncoderConfig } from '../../checkpoint/text-encoder-config.js';
import type { PatchGrid } from '../vision/patch-grid.js';
import type { PromptTokenizer } from './tokenizer.js';

/** Stands where a picture's embeddings go, once for each of them. */
export const IMAGE_TOKEN = '<|image_pad|>';

/** The text around a prompt and its pictures. */
export interface PromptTemplate {
  /** Positions that the prompt embeddings lose at their front. */
  readonly droppedPositions: number;
  /** @param images each picture's image tokens, in order; they come before the prompt */
  text(prompt: string, images: readonly string[]): string;
}

/**
 * A prompt and its pictures in their template, as the language model's tokens: int32 [tokens], with one image token for each
 * group of patches that the vision tower joins. The text is tokenized as a whole, since special tokens cut it first; a prompt
 * must not hold any.
 * Source: diffusers' `_get_qwen_prompt_embeds`, transformers' Qwen2VLProcessor.
 */
export function promptTokens(
  tokenizer: PromptTokenizer,
  template: PromptTemplate,
  prompt: string,
  grids: readonly PatchGrid[],
  { vision }: TextEncoderConfig,
): Int32Array {
  const images = grids.map(({ gridHeight, gridWidth }) =>
    IMAGE_TOKEN.repeat((gridHeight * gridWidth) / vision.spatialMergeSize ** 2),
  );
  return Int32Array.from(tokenizer.encode(template.text(prompt, images)));
}
