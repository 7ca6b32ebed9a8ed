import type { DecodeLimits } from '../../images/decode.js';
import { ImageDecodeError } from '../../images/image-decode-error.js';
import { readInputPicture, type InputPicture } from '../../images/input-picture.js';
import type { SizeRules } from '../../images/output-size.js';
import type { OutputSize } from '../../protocol/edit-settings.js';
import { discard } from './discard.js';
import { PixelSemaphore } from './pixel-semaphore.js';

export interface InputTask {
  /** The file, in pieces. */
  readonly blocks: readonly Uint8Array[];
  readonly limits: DecodeLimits;
  /** The result's, as it was asked for. */
  readonly size: OutputSize;
  /** The checkpoint's: with the size they tell how large the condition pictures are. */
  readonly sizeRules: SizeRules;
  /** Of the PixelSemaphore that all threads share. */
  readonly semaphoreMemory: SharedArrayBuffer;
}

/** A picture, or why the file is none. Errors lose their class on the way between threads. */
export type InputResult = { readonly picture: InputPicture } | { readonly fault: string };

/** What the pool's threads run: decoding and resizing large photos would keep the API's own thread from answering. */
export default async function readInput(task: InputTask): Promise<InputResult> {
  const { blocks, limits, size, sizeRules } = task;
  const bytes = joined(blocks);
  const semaphore = new PixelSemaphore(task.semaphoreMemory);
  let taken = 0;
  const beforePixels = (pixels: number): void => {
    semaphore.take(pixels);
    taken = pixels;
  };
  try {
    return { picture: await readInputPicture(bytes, { ...limits, beforePixels }, size, sizeRules) };
  } catch (error) {
    if (error instanceof ImageDecodeError) return { fault: error.message };
    throw error;
  } finally {
    discard(bytes);
    semaphore.giveBack(taken);
  }
}

function joined(blocks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(blocks.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const block of blocks) {
    bytes.set(block, end);
    end += block.length;
    discard(block);
  }
  return bytes;
}
