import { availableParallelism } from 'node:os';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { Piscina } from 'piscina';
import { limitsConfig } from '../../config/namespaces.js';
import type { ImageSize } from '../../images/condition-size.js';
import type { ReadMask } from '../../images/mask/edit-mask.js';
import type { EditInputs } from '../../jobs/edit-job.js';
import { INPUT_PICTURE_WORKER } from '../../program/program-files.js';
import { invalidEdit } from '../../protocol/edit-error.js';
import type { OutputSize } from '../../protocol/edit-settings.js';
import type { EditForm } from '../fields/check-form.js';
import { DEFAULT_MASK_FEATHER } from '../fields/edit-fields.dto.js';
import { MASK_FIELD } from '../fields/known-fields.js';
import type { FileResult, InputTask, MaskTask, ReadPicture } from './input-picture.worker.js';
import { PixelSemaphore } from './pixel-semaphore.js';
import { toEdits } from './to-edits.js';

const MAX_THREADS = Math.min(4, availableParallelism());
const IDLE_MILLISECONDS = 30_000;

/** A form's pictures as they were read. */
export interface ReadInputs {
  readonly edits: EditInputs;
  /** The result's as it was asked for, with the checkpoint's default filled in; with a mask never `auto`. */
  readonly size: OutputSize;
  /** There is a mask, and it leaves nothing as it is. */
  readonly isWholeMask: boolean;
}

/**
 * Reads uploaded pictures and masks in threads of their own, which end when nothing comes. What they decode at once has no more
 * pixels, in all, than the largest picture that is taken (MAX_IMAGE_MEGAPIXELS).
 */
@Injectable()
export class InputPictures implements OnApplicationShutdown {
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

  /**
   * The form's mask and then its pictures, at the sizes that they are needed at. The files' bytes are handed over: the form's are
   * empty afterwards.
   * @throws EditError that names the mask, or the first picture at fault by its index
   */
  async read(form: EditForm): Promise<ReadInputs> {
    const mask = await this.readMask(form);
    const size = mask?.size ?? askedSize(form);
    const pictures = await this.readPictures(form, size, mask?.size ?? null);
    return { edits: toEdits(form, pictures, mask), size, isWholeMask: mask?.isWhole ?? false };
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.destroy();
  }

  private async readMask(form: EditForm): Promise<ReadMask | null> {
    const { mask, fields, model } = form;
    if (mask === null) return null;
    const feather = fields.mask_feather ?? DEFAULT_MASK_FEATHER;
    const use = { asked: askedSize(form), feather, outputLimits: this.limits, rules: model.sizeRules };
    const { blocks } = mask.content;
    const task: MaskTask = { ...this.fileTask(blocks), use };
    const result = (await this.run(task, blocks, 'readMask')) as FileResult<ReadMask>;
    if ('read' in result) return result.read;
    throw invalidEdit(`Invalid mask: ${result.fault}`, mask.place ?? MASK_FIELD);
  }

  /** @param keptAt the result's size with a mask; null without */
  private async readPictures(
    { inputs, model }: EditForm,
    size: OutputSize,
    keptAt: ImageSize | null,
  ): Promise<ReadPicture[]> {
    const { kind, files } = inputs;
    const results = await Promise.all(
      files.map(({ content: { blocks } }, index) => {
        const task: InputTask = {
          ...this.fileTask(blocks),
          size,
          sizeRules: model.sizeRules,
          keptAt: kind === 'separate' || index === 0 ? keptAt : null,
        };
        return this.run(task, blocks, 'default') as Promise<FileResult<ReadPicture>>;
      }),
    );
    return results.map((result, index) => {
      if ('read' in result) return result.read;
      throw invalidEdit(
        `Invalid image format at index ${index}: ${result.fault}`,
        files[index]?.place ?? (kind === 'together' ? 'image' : 'images'),
      );
    });
  }

  private fileTask(
    blocks: readonly Uint8Array<ArrayBuffer>[],
  ): Pick<InputTask, 'blocks' | 'limits' | 'semaphoreMemory'> {
    const { maxImagePixels, maxImageAspect } = this.limits;
    const limits = { maxPixels: maxImagePixels, maxAspect: maxImageAspect };
    return { blocks, limits, semaphoreMemory: this.semaphoreMemory };
  }

  private run(task: InputTask | MaskTask, blocks: readonly Uint8Array<ArrayBuffer>[], name: string): Promise<unknown> {
    return this.pool.run(task, { name, transferList: blocks.map(({ buffer }) => buffer) });
  }
}

/** With the checkpoint's default filled in. */
function askedSize({ fields, model }: EditForm): OutputSize {
  return fields.size ?? model.defaults.size;
}
