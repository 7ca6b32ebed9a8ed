import type { LoraChoice } from './lora.js';

/** `pil`: 8-bit pixels. `pt`: float32 values in 0–1. Named as diffusers' output_type is. */
export type OutputType = 'pil' | 'pt';

/** `auto` keeps the input's aspect at the model's native area. */
export type OutputSize = { readonly width: number; readonly height: number } | 'auto';

/**
 * What an edit is to be like, with every default filled in: the same from the form to the engine, for all pictures of one
 * edit.
 */
export interface EditSettings {
  readonly prompt: string;
  /** Only used with guidance (isGuided). */
  readonly negativePrompt: string;
  readonly size: OutputSize;
  readonly numInferenceSteps: number;
  /** Classifier-free guidance; at most 1 turns it off (isGuided). */
  readonly trueCfgScale: number;
  /** Of the first variant's noise: an unsigned 32-bit number. */
  readonly seed: number;
  /** The most tokens that a prompt may have of its own. */
  readonly maxSequenceLength: number;
  readonly outputType: OutputType;
  /** Previews of each picture on its way, 0–3. */
  readonly partialImages: number;
  /** In the order in which they were named, each once; none: the checkpoint as it is. */
  readonly loras: readonly LoraChoice[];
}

/** A size as requests and answers write it: WIDTHxHEIGHT, or `auto`. */
export function sizeText(size: OutputSize): string {
  return size === 'auto' ? size : `${size.width}x${size.height}`;
}

/**
 * Classifier-free guidance is on: each step predicts for the prompt and for the negative prompt. The comparison is that of
 * `do_true_cfg` in diffusers' QwenImageEditPipeline, where a negative prompt has to be given, too; here there always is one.
 */
export function isGuided({ trueCfgScale }: Pick<EditSettings, 'trueCfgScale'>): boolean {
  return trueCfgScale > 1;
}
