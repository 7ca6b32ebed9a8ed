import type { OutputFormat } from '../images/encode.js';
import type { InputPicture } from '../images/input-picture.js';
import type { EditSettings } from '../protocol/edit-settings.js';
import type { PictureRequest } from '../protocol/picture-request.js';

/** What a job is to make, with every default filled in: the message that a queue carries. The pictures go beside it. */
export interface EditOrder {
  readonly settings: EditSettings;
  /** Variants an input; variant j is made from the noise of seed (settings.seed + j) mod 2^32. */
  readonly n: number;
  readonly outputFormat: OutputFormat;
  /** 0–100, of jpeg and webp. */
  readonly quality: number;
  /** Steps are to be told to those who follow the job. */
  readonly wantsProgress: boolean;
  /** Pictures that the caller sent. */
  readonly inputPictures: number;
  /** What was asked for and has no effect. */
  readonly warnings: readonly string[];
}

/** One entry an edit; an edit's pictures are its references. */
export type EditInputs = readonly (readonly InputPicture[])[];

/** Where the `index`-th picture of an order stands: input by input, variant by variant. */
export function placeOf(order: EditOrder, index: number): { inputIndex: number; seed: number } {
  return { inputIndex: Math.floor(index / order.n), seed: (order.settings.seed + (index % order.n)) % 2 ** 32 };
}

/** The engine's request for the `index`-th picture of a job. */
export function pictureRequest(jobId: string, order: EditOrder, inputs: EditInputs, index: number): PictureRequest {
  const { inputIndex, seed } = placeOf(order, index);
  return { ...order.settings, seed, references: inputs[inputIndex] ?? [], editKey: `${jobId}:${inputIndex}` };
}
