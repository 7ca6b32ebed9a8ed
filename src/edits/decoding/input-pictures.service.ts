import { availableParallelism } from 'node:os';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { Piscina } from 'piscina';
import { limitsConfig } from '../../config/namespaces.js';
import { invalidEdit } from '../../protocol/edit-error.js';
import type { InputPicture } from '../../images/input-picture.js';
import { INPUT_PICTURE_WORKER } from '../../program/program-files.js';
import type { EditForm } from '../fields/check-form.js';
import { PixelSemaphore } from './pixel-semaphore.js';
import type { InputResult, InputTask } from './input-picture.worker.js';

const MAX_THREADS = Math.min(4, availableParallelism());
const IDLE_MILLISECONDS = 30_000;

/**
 * Reads uploaded pictures in threads of their own, which end when nothing comes. What they decode at once has no more pixels,
 * in all, than the largest picture that is taken (MAX_IMAGE_MEGAPIXELS).
 */
@Injectable()
export class InputPictures implements OnApplicationShutdown {
  private readonly pool = new Piscina<InputTask, InputResult>({
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
   * The form's pictures in their order, at the sizes that the model conditions on. The files' bytes are handed over: the form's are
   * empty afterwards.
   * @throws EditError that names the first file at fault by its index
   */
  async read({ fields, inputs, model }: EditForm): Promise<InputPicture[]> {
    const { maxImagePixels, maxImageAspect } = this.limits;
    const limits = { maxPixels: maxImagePixels, maxAspect: maxImageAspect };
    const { sizeRules, defaults } = model;
    const size = fields.size ?? defaults.size;
    const results = await Promise.all(
      inputs.files.map(({ content: { blocks } }) => {
        const task = { blocks, limits, size, sizeRules, semaphoreMemory: this.semaphoreMemory };
        return this.pool.run(task, { transferList: blocks.map(({ buffer }) => buffer) });
      }),
    );
    return results.map((result, index) => {
      if ('picture' in result) return result.picture;
      throw invalidEdit(
        `Invalid image format at index ${index}: ${result.fault}`,
        inputs.files[index]?.place ?? (inputs.kind === 'together' ? 'image' : 'images'),
      );
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.destroy();
  }
}
