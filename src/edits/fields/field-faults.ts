import type { OutputSize } from '../../protocol/edit-settings.js';
import type { FieldContext } from './field-rule.js';
import { loraOfModel } from './lora/lora-of-model.js';
import { refusedLora, servedLoras } from './lora/lora-faults.js';
import { isOpenAiModel } from './model-name.js';

const MIN_OUTPUT_SIDE = 64;

/** Each function tells what is wrong with the value of the field in its name, as the caller reads it; null: nothing. */
export function promptFault(value: unknown, context: FieldContext): string | null {
  if (typeof value !== 'string' || value.trim() === '') return 'Prompt cannot be empty';
  return wordingFault('prompt', value, context);
}

/** As for the prompt, but it may be empty. */
export function negativePromptFault(value: unknown, context: FieldContext): string | null {
  return typeof value === 'string' ? wordingFault('negative_prompt', value, context) : null;
}

/** OpenAI's limit; a tokenizer's time grows with a text. */
export const MAX_PROMPT_CHARACTERS = 32_000;

/** Half of a surrogate pair: no character, and UTF-8 can't hold it. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * What is no text must not become another prompt, and a special token would stand for a picture or a turn of the
 * conversation instead of for its letters.
 */
function wordingFault(name: string, text: string, { model }: FieldContext): string | null {
  const characters = countCharacters(text);
  if (characters > MAX_PROMPT_CHARACTERS) {
    return `${name} must have at most ${MAX_PROMPT_CHARACTERS} characters, ${characters} were given`;
  }
  if (LONE_SURROGATE.test(text)) return `${name} must be Unicode text: it holds half of a surrogate pair`;
  const token = model?.specialTokens.find((special) => text.includes(special));
  return token === undefined ? null : `${name} must not contain the tokenizer's special token ${token}`;
}

/** Unicode's code points: an emoji of two UTF-16 units is one. */
function countCharacters(text: string): number {
  return Array.from(text).length;
}

/** A whole number from 1 to MAX_STEPS. */
export function stepsFault(value: unknown, { limits }: FieldContext): string | null {
  if (value === undefined) return null;
  if (typeof value !== 'number') return 'num_inference_steps must be a whole number of at least 1';
  if (value < 1) return 'num_inference_steps must be at least 1';
  return value > limits.maxSteps ? `num_inference_steps must be at most ${limits.maxSteps} (MAX_STEPS)` : null;
}

/** `auto`, or a width and height in pixels within the service's limits on sides and area. */
export function sizeFault(value: unknown, { limits }: FieldContext): string | null {
  if (value === undefined || value === 'auto') return null;
  if (typeof value !== 'object') return "Invalid size format. Use 'WIDTHxHEIGHT' (e.g., '1024x1024')";
  const { width, height } = value as Exclude<OutputSize, 'auto'>;
  if (Math.min(width, height) < MIN_OUTPUT_SIDE || Math.max(width, height) > limits.maxOutputSide) {
    return `size must have sides between ${MIN_OUTPUT_SIDE} and ${limits.maxOutputSide} pixels (MAX_OUTPUT_SIDE)`;
  }
  if (width * height > limits.maxOutputPixels) {
    return `size must have at most ${limits.maxOutputPixels} pixels in all (MAX_OUTPUT_PIXELS), ${width}x${height} has ${width * height}`;
  }
  return null;
}

/** An organisation's name before a model's id, as the hub writes them. */
const ORGANISATION = /^\w[\w.-]*\//;

/**
 * The served model's id, with an organisation or without, one of its LoRAs, or one of OpenAI's image models; anything while no
 * model is known.
 */
export function modelFault(value: unknown, { model }: FieldContext): string | null {
  if (model === null || value === undefined || value === model.id) return null;
  const lora = typeof value === 'string' ? loraOfModel(value, model) : null;
  if (lora !== null) return lora.refused === null ? null : refusedLora('model', lora);
  if (typeof value === 'string' && (isOpenAiModel(value) || value.replace(ORGANISATION, '') === model.id)) {
    return null;
  }
  const others = model.loras.length === 0 ? 'or absent' : `a LoRA, or absent: ${servedLoras(model)}`;
  return `model must be '${model.id}', the served model, ${others}`;
}
