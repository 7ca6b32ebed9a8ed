import { ImageDecodeError, type DecodeLimits } from '../../images/decode.js';
import { readInputPicture, type InputPicture } from '../../images/input-picture.js';

export interface InputTask {
  readonly bytes: Uint8Array;
  readonly limits: DecodeLimits;
  /** Pixels. */
  readonly conditionArea: number;
}

/** A picture, or why the file is none. Errors lose their class on the way between threads. */
export type InputResult = { readonly picture: InputPicture } | { readonly fault: string };

/** What the pool's threads run: decoding and resizing large photos would keep the API's own thread from answering. */
export default async function readInput({ bytes, limits, conditionArea }: InputTask): Promise<InputResult> {
  try {
    return { picture: await readInputPicture(bytes, limits, conditionArea) };
  } catch (error) {
    if (error instanceof ImageDecodeError) return { fault: error.message };
    throw error;
  }
}
