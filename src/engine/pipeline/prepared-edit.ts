import type { Conditioning } from '../transformer.js';
import type { PictureTokens } from '../../protocol/picture.js';
import type { OutputSizes } from './output-size.js';

/** Everything about an edit that all its variants share. */
export interface PreparedEdit {
  readonly sizes: OutputSizes;
  /** Rows of the target's latents. */
  readonly latentHeight: number;
  /** Columns of the target's latents. */
  readonly latentWidth: number;
  /** float32 [reference tokens, channels] */
  readonly references: Float32Array;
  readonly conditional: Conditioning;
  /** Absent without guidance. */
  readonly unconditional: Conditioning | undefined;
  /** float32 [steps + 1] */
  readonly sigmas: Float32Array;
  /** float32 [steps], 0–1: what the transformer is told. */
  readonly timesteps: Float32Array;
  readonly tokens: PictureTokens;
}
