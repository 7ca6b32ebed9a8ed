import type { OutputFormat } from '../images/encode.js';
import type { InputPicture } from '../images/input-picture.js';
import type { MaskedPicture } from '../images/mask/masked-picture.js';
import type { EditSettings } from '../protocol/edit-settings.js';
import type { PictureRequest } from '../protocol/picture-request.js';

/**
 * What a job is to make, with every default filled in: the message that a queue carries, plain data. The input pictures go
 * beside it (EditInputs).
 */
export interface EditJob {
  /** Id of the model that makes it. */
  readonly model: string;
  readonly settings: EditSettings;
  /** Variants an input; variant j is made from the noise of seed (settings.seed + j) mod 2^32. */
  readonly n: number;
  readonly outputFormat: OutputFormat;
  /** 0–100, of jpeg and webp. */
  readonly quality: number;
  /** Steps are to be told to readers of the job's events. */
  readonly wantsProgress: boolean;
  /** Pictures that the caller sent. */
  readonly inputPictures: number;
  /** What was asked for and has no effect. */
  readonly warnings: readonly string[];
}

/** What one edit is made from. */
export interface EditInput {
  readonly references: readonly InputPicture[];
  /** The first reference where only a part of it may change; null: all of it may. */
  readonly masked: MaskedPicture | null;
}

/** One entry an edit. */
export type EditInputs = readonly EditInput[];

/** Where the `index`-th picture of a job stands: input by input, variant by variant. */
export function placeOf(edit: EditJob, index: number): { inputIndex: number; seed: number } {
  return { inputIndex: Math.floor(index / edit.n), seed: (edit.settings.seed + (index % edit.n)) % 2 ** 32 };
}

/** The engine's request for the `index`-th picture of a job, from that picture's input. */
export function pictureRequest(jobId: string, edit: EditJob, index: number, input: EditInput): PictureRequest {
  const { inputIndex, seed } = placeOf(edit, index);
  return { ...edit.settings, seed, ...input, editKey: `${jobId}:${inputIndex}` };
}
