/** A finished picture. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** `pil`: Uint8Array [height, width, 3]. `pt`: Float32Array [3, height, width] in 0–1. */
  readonly data: Uint8Array | Float32Array;
}

/** Seconds of model time in each stage of one picture; what was kept from an earlier one takes none. */
export interface StageSeconds {
  readonly text: number;
  readonly encode: number;
  readonly denoise: number;
  readonly decode: number;
}

/** One stretch of work at a stage; a denoising step is one. */
export interface StageRun {
  readonly stage: keyof StageSeconds;
  /** Since the picture was begun. */
  readonly startSeconds: number;
  readonly seconds: number;
}

/** Tokens that one picture takes. */
export interface PictureTokens {
  /** Prompt and, with guidance, negative prompt: their own tokens. */
  readonly text: number;
  /** The references' latents. */
  readonly references: number;
  /** The target's latents. */
  readonly target: number;
}

/** A picture with what making it took. */
export interface MadePicture {
  readonly picture: Picture;
  readonly seconds: StageSeconds;
  /** What `seconds` adds up, in the order in which it ended. */
  readonly stages: readonly StageRun[];
  readonly tokens: PictureTokens;
}
