import type { OutputFormat } from '../images/encode.js';
import type { InputPicture } from '../images/input-picture.js';
import type { OutputSize, OutputType, PictureRequest } from '../inference/protocol.js';

/** What a job is to make, with every default filled in: the message that a queue carries. The pictures go beside it. */
export interface EditOrder {
  readonly prompt: string;
  /** Only used when trueCfgScale > 1. */
  readonly negativePrompt: string;
  readonly size: OutputSize;
  /** Variants an input; variant j is made from the noise of seed (seed + j) mod 2^32. */
  readonly n: number;
  readonly numInferenceSteps: number;
  readonly trueCfgScale: number;
  /** An unsigned 32-bit number. */
  readonly seed: number;
  readonly maxSequenceLength: number;
  readonly outputType: OutputType;
  readonly outputFormat: OutputFormat;
  /** 0–100, of jpeg and webp. */
  readonly quality: number;
  /** Previews of each picture, 0–3. */
  readonly partialImages: number;
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
  return { inputIndex: Math.floor(index / order.n), seed: (order.seed + (index % order.n)) % 2 ** 32 };
}

/** The engine's request for the `index`-th picture of a job. */
export function pictureRequest(jobId: string, order: EditOrder, inputs: EditInputs, index: number): PictureRequest {
  const { prompt, negativePrompt, size, numInferenceSteps, trueCfgScale, maxSequenceLength } = order;
  const { inputIndex, seed } = placeOf(order, index);
  return {
    prompt,
    negativePrompt,
    references: inputs[inputIndex] ?? [],
    editKey: `${jobId}:${inputIndex}`,
    size,
    numInferenceSteps,
    trueCfgScale,
    seed,
    maxSequenceLength,
    outputType: order.outputType,
    partialImages: order.partialImages,
  };
}
