import { availableParallelism } from 'node:os';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { Piscina } from 'piscina';
import { limitsConfig } from '../config/namespaces.js';
import type { ImageSize } from '../images/condition-size.js';
import type { ReadMask } from '../images/mask/edit-mask.js';
import type { SizeRules } from '../images/output-size.js';
import { INPUT_PICTURE_WORKER } from '../program/program-files.js';
import type { OutputSize } from '../protocol/edit-settings.js';
import type { FileResult, FileTask, InputTask, MaskTask, ReadPicture } from './input-picture.worker.js';
import { PixelSemaphore } from './pixel-semaphore.js';

const MAX_THREADS = Math.min(4, availableParallelism());
const IDLE_MILLISECONDS = 30_000;

/** A file in pieces, each with a buffer of its own. */
export type FileBytes = readonly Uint8Array<ArrayBuffer>[];

/** How a picture is to be brought to the sizes that an edit needs. */
export interface PictureUse {
  /** The result's, as it was asked for. */
  readonly size: OutputSize;
  readonly sizeRules: SizeRules;
  /** The result's size, where a mask leaves a part of the picture as it is; null: none does. */
  readonly keptAt: ImageSize | null;
}

export interface MaskUse {
  /** The result's, as it was asked for. */
  readonly size: OutputSize;
  readonly sizeRules: SizeRules;
  /** Pixels over which the edit fades in. */
  readonly feather: number;
}

/**
 * Decodes pictures and masks in threads of their own, which end when nothing comes. What they decode at once has no more
 * pixels, in all, than the largest picture that is taken (MAX_IMAGE_MEGAPIXELS). Files' bytes are handed over: they are empty
 * afterwards.
 */
@Injectable()
export class PictureDecoder implements OnApplicationShutdown {
  private readonly pool = new Piscina({
    filename: INPUT_PICTURE_WORKER,
    minThreads: 0,
    maxThreads: MAX_THREADS,
    idleTimeout: IDLE_MILLISECONDS,
  });

  private readonly semaphoreMemory: SharedArrayBuffer;

  constructor(@Inject(limitsConfig.KEY) private readonly limits: ConfigType<typeof limitsConfig>) {
    this.semaphoreMemory = PixelSemaphore.of(limits.maxImagePixels).memory;
  }

  /** Decodes the whole picture to see that it can be, and keeps nothing of it but its size. */
  check(blocks: FileBytes): Promise<FileResult<ImageSize>> {
    return this.run(this.fileTask(blocks), blocks, 'checkPicture') as Promise<FileResult<ImageSize>>;
  }

  picture(blocks: FileBytes, { size, sizeRules, keptAt }: PictureUse): Promise<FileResult<ReadPicture>> {
    const task: InputTask = { ...this.fileTask(blocks), size, sizeRules, keptAt };
    return this.run(task, blocks, 'default') as Promise<FileResult<ReadPicture>>;
  }

  mask(blocks: FileBytes, { size, sizeRules, feather }: MaskUse): Promise<FileResult<ReadMask>> {
    const use = { asked: size, feather, outputLimits: this.limits, rules: sizeRules };
    return this.run({ ...this.fileTask(blocks), use }, blocks, 'readMask') as Promise<FileResult<ReadMask>>;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.destroy();
  }

  private fileTask(blocks: FileBytes): FileTask {
    const { maxImagePixels, maxImageAspect } = this.limits;
    const limits = { maxPixels: maxImagePixels, maxAspect: maxImageAspect };
    return { blocks, limits, semaphoreMemory: this.semaphoreMemory };
  }

  private run(task: FileTask | InputTask | MaskTask, blocks: FileBytes, name: string): Promise<unknown> {
    return this.pool.run(task, { name, transferList: blocks.map(({ buffer }) => buffer) });
  }
}
