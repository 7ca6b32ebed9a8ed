import type { ConditionArea, ServedClass } from '../../../checkpoint/served-class.js';
import type { PromptTemplate } from '../../text/prompt-template.js';

/** What sees a condition picture: the vision tower (through the prompt) or the VAE's encoder (as reference latents). */
export type ConditionReader = 'vision' | 'vae';

/**
 * A picture that is made of each input: brought to about `area` pixels with Pillow's Lanczos (images/input-picture.ts). The
 * vision tower's is then resized once more, as its preprocessor's config asks.
 */
export interface Condition extends ConditionArea {
  readonly readBy: readonly ConditionReader[];
}

/** All that sets one of diffusers' edit pipelines apart from the others of its family. */
export interface PipelineVariant extends ServedClass {
  /** In the order in which an input brings its pictures; each reader reads one. */
  readonly conditions: readonly Condition[];
  /** Reference pictures that one edit may have, as far as the class bounds them (MAX_REFERENCES does, too); at least one it has. */
  readonly maxReferences: number;
  readonly template: PromptTemplate;
  /** The reference whose aspect a result of size auto has. */
  readonly autoSizeFollows: 'first' | 'last';
}

/** The place of a reader's picture among those that are made of each input. */
export function conditionIndex({ className, conditions }: PipelineVariant, reader: ConditionReader): number {
  const index = conditions.findIndex(({ readBy }) => readBy.includes(reader));
  if (index < 0) throw new Error(`${className} has no condition picture for ${reader}`);
  return index;
}
