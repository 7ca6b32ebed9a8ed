/** A finished picture. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** `pil`: Uint8Array [height, width, 3]. `pt`: Float32Array [3, height, width] in 0–1. */
  readonly data: Uint8Array | Float32Array;
}

/** The stages of making a picture: prompts to embeddings, references to latents, denoising, latents to pixels. */
export const PICTURE_STAGES = ['text', 'encode', 'denoise', 'decode'] as const;
export type PictureStage = (typeof PICTURE_STAGES)[number];

/** Seconds of model time in each stage of one picture or of several; what was kept from an earlier one takes none. */
export type StageSeconds = Readonly<Record<PictureStage, number>>;

/** No time in any stage. */
export const NO_STAGE_SECONDS: StageSeconds = { text: 0, encode: 0, denoise: 0, decode: 0 };

/** Model time over all stages. */
export function totalSeconds(seconds: StageSeconds): number {
  return PICTURE_STAGES.reduce((total, stage) => total + seconds[stage], 0);
}

/** Model time of two pictures, stage by stage. */
export function addStageSeconds(one: StageSeconds, other: StageSeconds): StageSeconds {
  const sum = { ...one };
  for (const stage of PICTURE_STAGES) sum[stage] += other[stage];
  return sum;
}

/** One stretch of work at a stage; a denoising step is one. */
export interface StageRun {
  readonly stage: PictureStage;
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

/** Tells a warning about a picture from one about what was asked for, which other pictures have as well. */
export const PICTURE_WARNING_START = 'The picture ';

/** A picture with what making it took. */
export interface MadePicture {
  readonly picture: Picture;
  readonly seconds: StageSeconds;
  /** What `seconds` adds up, in the order in which it ended. */
  readonly stages: readonly StageRun[];
  readonly tokens: PictureTokens;
  /** What the caller should know of this very picture, a sentence or more each. Every one begins with PICTURE_WARNING_START. */
  readonly warnings: readonly string[];
}
