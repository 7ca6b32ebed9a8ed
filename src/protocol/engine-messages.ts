import type { RgbImage } from '../images/rgb-image.js';
import type { EngineShare } from './engine-share.js';
import type { LoadRequest } from './load-request.js';
import type { ModelInfo } from './model-info.js';
import type { MadePicture } from './picture.js';
import type { PictureRequest } from './picture-request.js';

/** Why a picture was not made: the request can't be served as it is, making it failed, or it was cancelled. */
export type FailureKind = 'invalid' | 'failed' | 'cancelled';

/**
 * What the API process tells the engine process, which is its child (child_process IPC, 'advanced' serialization). The engine
 * makes one picture at a time, in the order in which they are sent.
 */
export type EngineCommand =
  | { readonly type: 'load'; readonly request: LoadRequest }
  /** Make one picture; pictures are made one after the other, in the order in which they are asked for. */
  | { readonly type: 'make'; readonly id: string; readonly request: PictureRequest }
  /** Give up a picture: at the next step, or before it starts. Nothing happens when it is done already. */
  | { readonly type: 'cancel'; readonly id: string };

/**
 * A weight is rounded and measured; where some turn out to need more bits than others, all are then brought to their places. One
 * of a GGUF file is repacked.
 */
export type QuantizingStep = 'rounded' | 'placed' | 'repacked';

/** How far weights are that are being quantized. */
export interface QuantizingProgress {
  readonly step: QuantizingStep;
  /** Weights that are through this step, of so many. */
  readonly done: number;
  readonly count: number;
  /** Until the step's last one, as fast as it goes; null while that isn't known. */
  readonly secondsLeft: number | null;
}

/** What the engine process tells the API process, over the same channel. `id` is the `make` command's. */
export type EngineEvent =
  /** The process is up and can be told to load. */
  | { readonly type: 'started' }
  /** Weights are quantized for this start and the next ones. */
  | ({ readonly type: 'quantizing' } & QuantizingProgress)
  /**
   * Of an engine that was given no share: what each engine of the service is to have, its own first. Weights that had to be made
   * are there: the others load without making them again.
   */
  | { readonly type: 'dealt'; readonly shares: readonly EngineShare[] }
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
  | ({ readonly type: 'made'; readonly id: string } & MadePicture)
  /** `param` names the field at fault of an invalid request. */
  | {
      readonly type: 'failed';
      readonly id: string;
      readonly kind: FailureKind;
      readonly message: string;
      readonly param: string | null;
    };
