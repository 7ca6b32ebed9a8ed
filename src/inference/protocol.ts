import type { InputPicture } from '../images/input-picture.js';

/**
 * What the API process and the engine process say to each other (child_process IPC, 'advanced' serialization).
 * The API process is the parent; the engine does one edit at a time, in the order in which they are sent.
 */

export type OutputType = 'pil' | 'pt';

/** `auto` keeps the input's aspect at the model's native area. */
export type OutputSize = { readonly width: number; readonly height: number } | 'auto';

/** A validated request: every default is filled in, every picture is at the condition size. */
export interface EditRequest {
  readonly prompt: string;
  /** Only used when trueCfgScale > 1. */
  readonly negativePrompt: string;
  /** One entry an edit; an edit's pictures are its references (a single-image checkpoint takes exactly one). */
  readonly inputs: readonly (readonly InputPicture[])[];
  readonly size: OutputSize;
  /** Variants an input; variant j is made from the noise of seed (seed + j) mod 2^32. */
  readonly n: number;
  readonly numInferenceSteps: number;
  readonly trueCfgScale: number;
  /** An unsigned 32-bit number. */
  readonly seed: number;
  /** The most tokens that a prompt may have of its own. */
  readonly maxSequenceLength: number;
  readonly outputType: OutputType;
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
  /** Texts that the tokenizer takes for one special token each; a prompt must not hold any. */
  readonly specialTokens: readonly string[];
  readonly device: 'cpu' | 'cuda';
  readonly precision: string;
  /** Things that the operator should know (tensors that nothing uses, …). */
  readonly warnings: readonly string[];
}

/** Seconds of model time in each stage, over all pictures of a request. */
export interface StageSeconds {
  readonly text: number;
  readonly encode: number;
  readonly denoise: number;
  readonly decode: number;
}

/** One finished picture. */
export interface Picture {
  readonly inputIndex: number;
  readonly variantIndex: number;
  readonly seed: number;
  readonly width: number;
  readonly height: number;
  /** `pil`: Uint8Array [height, width, 3]. `pt`: Float32Array [3, height, width] in 0–1. */
  readonly data: Uint8Array | Float32Array;
}

export interface EditUsage {
  /** Prompt and negative prompt, their own tokens. */
  readonly textTokens: number;
  /** Reference latents' tokens, over all inputs. */
  readonly imageTokens: number;
  /** Target latents' tokens, over all pictures. */
  readonly outputTokens: number;
}

export type EngineCommand =
  | { readonly type: 'load'; readonly modelDir: string; readonly deviceMap: string; readonly precision: string }
  | { readonly type: 'edit'; readonly id: string; readonly request: EditRequest };

export type EngineEvent =
  /** The process is up and can be told to load. */
  | { readonly type: 'started' }
  | { readonly type: 'ready'; readonly model: ModelInfo }
  /** A fault of the checkpoint or the device; message holds no path of the host. The engine stays up and can be told to load again. */
  | { readonly type: 'load_failed'; readonly message: string }
  /** Step `step` of `steps` of picture `picture` of `pictures` is done (all count from 1). */
  | {
      readonly type: 'progress';
      readonly id: string;
      readonly step: number;
      readonly steps: number;
      readonly picture: number;
      readonly pictures: number;
    }
  | { readonly type: 'picture'; readonly id: string; readonly picture: Picture }
  | { readonly type: 'done'; readonly id: string; readonly seconds: StageSeconds; readonly usage: EditUsage }
  /** `invalid`: the request can't be served as it is (param names the field); `failed`: generation failed. */
  | {
      readonly type: 'edit_failed';
      readonly id: string;
      readonly kind: 'invalid' | 'failed';
      readonly message: string;
      readonly param: string | null;
    };
