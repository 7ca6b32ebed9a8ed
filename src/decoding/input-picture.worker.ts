import { move, transferableSymbol, valueSymbol } from 'piscina';
import type { ImageSize } from '../images/condition-size.js';
import { decodeImage, type DecodeLimits } from '../images/decode.js';
import { ImageDecodeError } from '../images/image-decode-error.js';
import { toInputPicture, type InputPicture } from '../images/input-picture.js';
import { type MaskUse, readEditMask } from '../images/mask/edit-mask.js';
import { keptPicture, type KeptPicture } from '../images/mask/masked-picture.js';
import type { SizeRules } from '../images/output-size.js';
import type { OutputSize } from '../protocol/edit-settings.js';
import { discard } from './discard.js';
import { PixelSemaphore } from './pixel-semaphore.js';

export interface FileTask {
  /** The file, in pieces. */
  readonly blocks: readonly Uint8Array[];
  readonly limits: DecodeLimits;
  /** Of the PixelSemaphore that all threads share. */
  readonly semaphoreMemory: SharedArrayBuffer;
}

export interface InputTask extends FileTask {
  /** The result's, as it was asked for. */
  readonly size: OutputSize;
  /** The checkpoint's: with the size they tell how large the condition pictures are. */
  readonly sizeRules: SizeRules;
  /** The result's size, where a mask leaves a part of the picture as it is; null: none does. */
  readonly keptAt: ImageSize | null;
}

export interface MaskTask extends FileTask {
  readonly use: MaskUse;
}

/** A picture, and what a mask needs of it where there is one. */
export interface ReadPicture {
  readonly picture: InputPicture;
  readonly kept: KeptPicture | null;
}

/** What was read, or why the file is no such thing. Errors lose their class on the way between threads. */
export type FileResult<T> = { readonly read: T } | { readonly fault: string };

/** What the pool's threads run: decoding and resizing large photos would keep the API's own thread from answering. */
export default async function readInput(task: InputTask): Promise<unknown> {
  const result = await readFile(task, async (bytes, limits): Promise<ReadPicture> => {
    const { size, sizeRules, keptAt } = task;
    const image = await decodeImage(bytes, limits);
    const kept = keptAt === null ? null : keptPicture(image, keptAt, sizeRules);
    return { picture: toInputPicture(image, size, sizeRules), kept };
  });
  if (!('read' in result)) return result;
  const { picture, kept } = result.read;
  const images = [...picture.conditions, ...(kept === null ? [] : [kept.atResult, kept.atMade])];
  return handOver(result, images);
}

/** The size of a picture that can be decoded. */
export function checkPicture(task: FileTask): Promise<FileResult<ImageSize>> {
  return readFile(task, async (bytes, limits) => {
    const { width, height } = await decodeImage(bytes, limits);
    return { width, height };
  });
}

/** The same for a mask. */
export async function readMask(task: MaskTask): Promise<unknown> {
  const result = await readFile(task, (bytes, limits) => readEditMask(bytes, limits, task.use));
  return 'read' in result ? handOver(result, [result.read.weights, result.read.changes]) : result;
}

async function readFile<T>(
  { blocks, limits, semaphoreMemory }: FileTask,
  read: (bytes: Uint8Array, limits: DecodeLimits) => Promise<T>,
): Promise<FileResult<T>> {
  const bytes = joined(blocks);
  const semaphore = new PixelSemaphore(semaphoreMemory);
  let taken = 0;
  const beforePixels = (pixels: number): void => {
    semaphore.take(pixels);
    taken = pixels;
  };
  try {
    return { read: await read(bytes, { ...limits, beforePixels }) };
  } catch (error) {
    if (error instanceof ImageDecodeError) return { fault: error.message };
    throw error;
  } finally {
    discard(bytes);
    semaphore.giveBack(taken);
  }
}

/** The pixels are given away, not copied: the copy would be made in the API's own thread. */
function handOver<T>(result: FileResult<T>, images: readonly { readonly data: Uint8Array }[]): unknown {
  const buffers = images.map(({ data }) => data.buffer as ArrayBuffer);
  return move({ [transferableSymbol]: [...new Set(buffers)], [valueSymbol]: result });
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
