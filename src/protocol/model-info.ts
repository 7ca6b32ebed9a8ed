import type { SizeRules } from '../images/output-size.js';
import type { DeviceKind, Precision } from './device-settings.js';
import type { EditSettings } from './edit-settings.js';
import type { LoraInfo } from './lora.js';

/** What users of a checkpoint should know before they use it, in the languages that the page speaks. */
export interface ModelNotice {
  readonly en: string;
  readonly zh: string;
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
  /** The settings that the checkpoint has defaults of its own for. */
  readonly defaults: Pick<EditSettings, 'size' | 'numInferenceSteps' | 'trueCfgScale'>;
  /** A larger true_cfg_scale is lowered to this one. */
  readonly maxTrueCfgScale: number;
  /** Instructions that the model does well, as its service.json gives them. */
  readonly suggestions: readonly string[];
  /** From its service.json; null: there is nothing to know. */
  readonly notice: ModelNotice | null;
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
