import { isGuided } from '../../protocol/edit-settings.js';
import type { PictureRequest } from '../../protocol/picture-request.js';
import type { EditModel } from '../edit-model.js';
import { InvalidEditError } from './invalid-edit-error.js';
import type { PipelineVariant } from './variants/pipeline-variant.js';

/** Tokens of a request's texts. */
export interface TextTokens {
  readonly prompt: number;
  /** 0 without guidance. */
  readonly negativePrompt: number;
}

/**
 * Checks what only the loaded model can tell. What its ModelInfo tells of (limits, special tokens) is checked where a job is made.
 * @throws InvalidEditError
 */
export function checkRequest(request: PictureRequest, model: EditModel): TextTokens {
  checkReferences(request.references.length, model.checkpoint.pipeline);
  return {
    prompt: countTokens('prompt', request.prompt, request, model),
    negativePrompt: isGuided(request) ? countTokens('negative_prompt', request.negativePrompt, request, model) : 0,
  };
}

function checkReferences(count: number, { className, maxReferences }: PipelineVariant): void {
  if (count >= 1 && count <= maxReferences) return;
  const [most, send] = maxReferences === 1 ? ['one image', 'one'] : [`up to ${maxReferences} images`, 'fewer'];
  throw new InvalidEditError(
    'image',
    `${className} edits ${most} at a time, but ${count} were given as one edit; send ${send} 'image', or several inputs as 'images'`,
  );
}

function countTokens(param: string, text: string, request: PictureRequest, model: EditModel): number {
  const tokens = model.textEncoder.countTokens(text);
  if (tokens > request.maxSequenceLength) {
    throw new InvalidEditError(
      param,
      `${param} has ${tokens} tokens, more than max_sequence_length (${request.maxSequenceLength})`,
    );
  }
  return tokens;
}
