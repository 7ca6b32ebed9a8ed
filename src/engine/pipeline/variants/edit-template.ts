import type { PromptTemplate } from '../../text/prompt-template.js';

const BEFORE_USER =
  '<|im_start|>system\n' +
  "Describe the key features of the input image (color, shape, size, texture, objects, background), then explain how the user's text instruction should alter or modify the image. " +
  "Generate a new image that meets the user's requirements while maintaining consistency with the original input where appropriate.<|im_end|>\n" +
  '<|im_start|>user\n';
const BEHIND_USER = '<|im_end|>\n<|im_start|>assistant\n';

/**
 * Positions that are dropped from the front of the prompt embeddings: the template's head, counted with the published
 * tokenizer. It is a constant of the pipelines, however many tokens another tokenizer makes of the head.
 */
const DROPPED_POSITIONS = 64;

/**
 * The conversation that the family's edit models were trained with, which pipelines differ in by how they show the pictures.
 * Source: diffusers' prompt_template_encode and prompt_template_encode_start_idx.
 * @param showImages what stands before the user's words for the pictures, given each one's image tokens
 */
export function editTemplate(showImages: (images: readonly string[]) => string): PromptTemplate {
  return {
    droppedPositions: DROPPED_POSITIONS,
    text: (prompt, images) => `${BEFORE_USER}${showImages(images)}${prompt}${BEHIND_USER}`,
  };
}

/** A picture's image tokens between the marks that the vision-language model knows. */
export const imagePlace = (imageTokens: string): string => `<|vision_start|>${imageTokens}<|vision_end|>`;
