import type { DeviceMap, Precision, PrecisionSetting } from '../config/device-settings.js';
import type { QuantizedCacheSettings } from '../config/quantized-cache-settings.js';
import type { InputPicture } from '../images/input-picture.js';
import type { RgbImage } from '../images/rgb-image.js';

/**
 * What the API process and the engine process say to each other (child_process IPC, 'advanced' serialization).
 * The API process is the parent; the engine does one edit at a time, in the order in which they are sent.
 */

export type OutputType = 'pil' | 'pt';

/** `auto` keeps the input's aspect at the model's native area. */
export type OutputSize = { readonly width: number; readonly height: number } | 'auto';

/** One picture to make, with every default filled in and every input at the condition size. */
export interface PictureRequest {
  readonly prompt: string;
  /** Only used when trueCfgScale > 1. */
  readonly negativePrompt: string;
  /** The edit's references (a single-image checkpoint takes exactly one). */
  readonly references: readonly InputPicture[];
  /**
   * The same for pictures that share prompt, references, size, steps and guidance: what hangs on these alone is kept for a
   * while under this name.
   */
  readonly editKey: string;
  readonly size: OutputSize;
  readonly numInferenceSteps: number;
  readonly trueCfgScale: number;
  /** An unsigned 32-bit number. */
  readonly seed: number;
  /** The most tokens that a prompt may have of its own. */
  readonly maxSequenceLength: number;
  readonly outputType: OutputType;
  /** Previews to send on the way, 0–3. */
  readonly partialImages: number;
}

/** What a loaded checkpoint is and takes; the API process validates against it. */
export interface ModelInfo {
  readonly id: string;
  readonly pipelineClass: string;
  /** Area in pixels of the condition picture, to which inputs are brought before they reach the engine. */
  readonly conditionArea: number;
  /** The most reference pictures of one edit. */
  readonly maxReferences: number;
  readonly defaults: { readonly size: OutputSize; readonly numInferenceSteps: number; readonly trueCfgScale: number };
  /** Instructions that the model does well, as its service.json gives them. */
  readonly suggestions: readonly string[];
  /** Texts that the tokenizer takes for one special token each; a prompt must not hold any. */
  readonly specialTokens: readonly string[];
  readonly device: 'cpu' | 'cuda';
  readonly precision: Precision;
  /** Where the networks live and why, a line each. */
  readonly placement: readonly string[];
  /** Things that the operator should know (tensors that nothing uses, …). */
  readonly warnings: readonly string[];
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

/** A finished picture. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** `pil`: Uint8Array [height, width, 3]. `pt`: Float32Array [3, height, width] in 0–1. */
  readonly data: Uint8Array | Float32Array;
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

/** Why a picture was not made: the request can't be served as it is, making it failed, or it was cancelled. */
export type FailureKind = 'invalid' | 'failed' | 'cancelled';

export type EngineCommand =
  | {
      readonly type: 'load';
      readonly modelDir: string;
      readonly deviceMap: DeviceMap;
      readonly precision: PrecisionSetting;
      /** Pixels of the largest result that will be asked for. */
      readonly outputPixels: number;
      /** Where weights that were quantized are kept. */
      readonly quantizedCache: QuantizedCacheSettings;
    }
  /** Make one picture; pictures are made one after the other, in the order in which they are asked for. */
  | { readonly type: 'make'; readonly id: string; readonly request: PictureRequest }
  /** Give up a picture: at the next step, or before it starts. Nothing happens when it is done already. */
  | { readonly type: 'cancel'; readonly id: string };

/** A weight is first looked at, whether few bits hold it well enough, and then written. */
export type QuantizingStep = 'measured' | 'written';

export type EngineEvent =
  /** The process is up and can be told to load. */
  | { readonly type: 'started' }
  /** Weights are quantized for this start and the next ones: so many of them are through this step. */
  | { readonly type: 'quantizing'; readonly step: QuantizingStep; readonly done: number; readonly count: number }
  /** Network `number` of `count` is about to be loaded. */
  | { readonly type: 'loading'; readonly network: string; readonly number: number; readonly count: number }
  | { readonly type: 'ready'; readonly model: ModelInfo }
  /**
   * A fault of the checkpoint's files (`isCheckpoint`), or of the device; message holds no path of the host. The engine stays up
   * and can be told to load again.
   */
  | { readonly type: 'load_failed'; readonly message: string; readonly isCheckpoint: boolean }
  /** Step `step` of `steps` is done (they count from 1). */
  | { readonly type: 'progress'; readonly id: string; readonly step: number; readonly steps: number }
  /** Preview `index` (from 0), decoded from the clean latents that the model predicts at that step. */
  | { readonly type: 'preview'; readonly id: string; readonly index: number; readonly image: RgbImage }
  | {
      readonly type: 'made';
      readonly id: string;
      readonly picture: Picture;
      readonly seconds: StageSeconds;
      /** What `seconds` adds up, in the order in which it ended. */
      readonly stages: readonly StageRun[];
      readonly tokens: PictureTokens;
    }
  /** `param` names the field at fault of an invalid request. */
  | {
      readonly type: 'failed';
      readonly id: string;
      readonly kind: FailureKind;
      readonly message: string;
      readonly param: string | null;
    };
