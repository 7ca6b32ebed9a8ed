/** What a tensor of a LoRA's file is of its layer: the factor [rank, in], the factor [out, rank], or the scale's numerator. */
export type LoraPart = 'down' | 'up' | 'alpha';

/** A tensor's layer and its part in it. */
export interface LoraTensorName {
  /** The layer as the file writes it, without what stands before the transformer's names. */
  readonly module: string;
  readonly part: LoraPart;
}

/**
 * What trainers put before a layer's name: diffusers and PEFT `transformer.`, ComfyUI and ai-toolkit `diffusion_model.`, kohya
 * and musubi-tuner `lora_unet_`, SimpleTuner and LyCORIS `lycoris_`; after the last two dots have become underscores.
 */
const PREFIX = /^(?:base_model\.model\.|model\.diffusion_model\.|diffusion_model\.|transformer\.|lora_unet_|lycoris_)/;

/** The name of PEFT's adapter, which some leave inside. */
const ADAPTER = /(^|\.)default(?=\.)/g;

const SUFFIXES: readonly (readonly [LoraPart, RegExp])[] = [
  ['down', /\.(?:lora_A|lora_down|lora\.down|lora_linear_layer\.down)(?:\.weight)?$/],
  ['up', /\.(?:lora_B|lora_up|lora\.up|lora_linear_layer\.up)(?:\.weight)?$/],
  ['alpha', /\.alpha$/],
];

/** What is no LoRA though it comes in the same files: what its tensors are called, and its own name. */
const OTHERS: readonly (readonly [RegExp, string])[] = [
  [/\.(?:dora_scale|lora_magnitude_vector)\b/, 'a DoRA'],
  [/\.lokr_/, 'a LoKr'],
  [/\.hada_/, 'a LoHa'],
  [/\.oft_|\.boft_/, 'an OFT'],
  [/\.lora_mid\b/, 'a LoRA of convolutions'],
  [/\.lora_(?:B|up)\.bias$/, 'a LoRA with biases'],
  [/\.(?:diff|diff_b|set_weight)$/, 'a file of whole differences'],
];

/** What the tensor's name says that the file is instead of a LoRA; null: nothing. */
export const otherThanLora = (name: string): string | null =>
  OTHERS.find(([pattern]) => pattern.test(name))?.[1] ?? null;

/** Reads a tensor's name, in any of the forms that trainers write; null when it is none of them. */
export function parseLoraTensorName(name: string): LoraTensorName | null {
  let plain = name.replaceAll(ADAPTER, '').replace(/^\./, '');
  while (PREFIX.test(plain)) plain = plain.replace(PREFIX, '');
  for (const [part, suffix] of SUFFIXES) {
    if (suffix.test(plain)) return { module: plain.replace(suffix, ''), part };
  }
  return null;
}

/**
 * The layers under every name that a file may have for them.
 * @param targets names of layers, with dots
 * @returns what finds a layer by its name with dots or with underscores instead; undefined when there is none
 */
export function targetFinder(targets: Iterable<string>): (module: string) => string | undefined {
  const names = new Map<string, string>();
  for (const target of targets) {
    names.set(target, target);
    names.set(target.replaceAll('.', '_'), target);
  }
  return (module) => names.get(module);
}
