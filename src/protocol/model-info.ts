import type { SizeRules } from '../images/output-size.js';
import type { DeviceKind, Precision } from './device-settings.js';
import type { EditSettings } from './edit-settings.js';
import type { LoraInfo } from './lora.js';

/** A text of a checkpoint's for its users, in the languages that the page speaks. */
export interface LocalText {
  readonly en: string;
  readonly zh: string;
}

/** Instructions that a model does well, and what they have in common; null: they are of any kind. */
export interface SuggestionGroup {
  readonly kind: LocalText | null;
  readonly prompts: readonly string[];
}

/** A picture of an example: a small file. */
export interface ExamplePicture {
  readonly name: string;
  readonly mediaType: string;
  readonly base64: string;
}

/** An edit that shows what a model does. */
export interface ModelExample {
  readonly prompt: LocalText;
  readonly before: ExamplePicture;
  readonly after: ExamplePicture;
}

/** What a loaded checkpoint is and takes; requests are checked against it. */
export interface ModelInfo {
  readonly id: string;
  /** The same for checkpoints with the same weights; null: nobody asked for it (LoadRequest). */
  readonly contentKey: string | null;
  readonly pipelineClass: string;
  /** How large results are made, and each input before it reaches the engine (in the order of InputPicture.conditions). */
  readonly sizeRules: SizeRules;
  /** The most reference pictures of one edit. */
  readonly maxReferences: number;
  /** The checkpoint's class takes several, whatever MAX_REFERENCES says. */
  readonly mayTakeSeveral: boolean;
  /** The settings that the checkpoint has defaults of its own for. */
  readonly defaults: Pick<EditSettings, 'size' | 'numInferenceSteps' | 'trueCfgScale'>;
  /** A larger true_cfg_scale is lowered to this one. */
  readonly maxTrueCfgScale: number;
  /** Instructions that the model does well, as its service.json gives them. */
  readonly suggestions: readonly SuggestionGroup[];
  /** As its service.json names them. */
  readonly examples: readonly ModelExample[];
  /** From its service.json; null: there is nothing to know. */
  readonly notice: LocalText | null;
  /** LORA_DIR's, those that can't be used too; sorted by name. */
  readonly loras: readonly LoraInfo[];
  /** Texts that the tokenizer takes for one special token each; a prompt must not hold any. */
  readonly specialTokens: readonly string[];
  readonly device: DeviceKind;
  readonly precision: Precision;
  /** Where the networks live and why, a line each. */
  readonly placement: readonly string[];
  /** Things that the operator should know (tensors that nothing uses, …). */
  readonly warnings: readonly string[];
}
