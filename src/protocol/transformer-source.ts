/** Which weights a checkpoint's transformer has, where they are not those of its own folder. */
export interface TransformerSource {
  /** QWEN_TRANSFORMER_FILE: absolute path of a GGUF or safetensors file; null: what transformer/ holds. */
  readonly file: string | null;
  /** QWEN_ZERO_COND_T; null: as the file or the config says. */
  readonly zeroCondT: boolean | null;
}

/** The checkpoint's own transformer. */
export const OWN_TRANSFORMER: TransformerSource = { file: null, zeroCondT: null };
