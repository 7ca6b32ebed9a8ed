import type { PictureRequest } from '../../protocol/picture-request.js';
import type { EditModel } from '../edit-model.js';
import { InvalidEditError } from './invalid-edit-error.js';

/** Reference pictures that one edit may have on a single-image checkpoint. */
export const MAX_REFERENCES = 1;

/** Tokens of a request's texts. */
export interface TextTokens {
  readonly prompt: number;
  /** 0 without guidance. */
  readonly negativePrompt: number;
}

/**
 * Checks what only the loaded model can tell.
 * @throws InvalidEditError
 */
export function checkRequest(request: PictureRequest, model: EditModel): TextTokens {
  const { references } = request;
  if (references.length !== MAX_REFERENCES) {
    throw new InvalidEditError(
      'image',
      `${model.checkpoint.pipelineClass} edits one image at a time, but ${references.length} were given as one edit; send one 'image', or several inputs as 'images'`,
    );
  }
  const usesNegative = request.trueCfgScale > 1;
  return {
    prompt: countTokens('prompt', request.prompt, request, model),
    negativePrompt: usesNegative ? countTokens('negative_prompt', request.negativePrompt, request, model) : 0,
  };
}

function countTokens(param: string, text: string, request: PictureRequest, model: EditModel): number {
  const special = model.tokenizer.specialTokens.find((token) => text.includes(token));
  if (special !== undefined) {
    throw new InvalidEditError(param, `${param} must not contain the special token ${special}`);
  }
  const tokens = model.textEncoder.countTokens(text);
  if (tokens > request.maxSequenceLength) {
    throw new InvalidEditError(
      param,
      `${param} has ${tokens} tokens, more than max_sequence_length (${request.maxSequenceLength})`,
    );
  }
  return tokens;
}
