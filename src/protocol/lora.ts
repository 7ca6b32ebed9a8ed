/** A LoRA that an edit uses. */
export interface LoraChoice {
  /** One of ModelInfo.loras. */
  readonly name: string;
  /** How strongly it acts: 1 as it was trained, 0 not at all, below 0 the other way. */
  readonly scale: number;
}

/** As logs and traces write them. */
export function lorasText(loras: readonly LoraChoice[]): string {
  return loras.map(({ name, scale }) => `${name}:${scale}`).join(',');
}

/** A LoRA of LORA_DIR. */
export interface LoraInfo {
  /** Its file's name without `.safetensors`. */
  readonly name: string;
  /** What it is for, as NAME.json says; null: nobody says. */
  readonly description: string | null;
  /** The scale of a request that names none. */
  readonly defaultScale: number;
  /** Defaults of edits that use it, in place of the checkpoint's. */
  readonly defaults: { readonly numInferenceSteps?: number; readonly trueCfgScale?: number };
  /** Why it can't be used, in a sentence; null: it can. */
  readonly refused: string | null;
}
