import { availableParallelism } from 'node:os';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Piscina } from 'piscina';
import { Settings } from '../../config/settings.js';
import { invalidInput } from '../../errors/api-error.js';
import type { InputPicture } from '../../images/input-picture.js';
import { INPUT_PICTURE_WORKER } from '../../program.js';
import type { EditForm } from '../fields/edit-form.pipe.js';
import type { InputResult, InputTask } from './input-picture.worker.js';

/** Each thread holds one decoded picture at a time, so their number bounds the memory that decoding takes. */
const MAX_THREADS = Math.min(4, availableParallelism());
const IDLE_MILLISECONDS = 30_000;

/** Reads uploaded pictures in threads of their own, which end when nothing comes. */
@Injectable()
export class InputPictures implements OnApplicationShutdown {
  private readonly pool = new Piscina<InputTask, InputResult>({
    filename: INPUT_PICTURE_WORKER,
    minThreads: 0,
    maxThreads: MAX_THREADS,
    idleTimeout: IDLE_MILLISECONDS,
  });

  constructor(private readonly settings: Settings) {}

  /**
   * The form's pictures in their order, at the model's condition size. The files' bytes are handed over: the form's are
   * empty afterwards.
   * @throws ApiError 400 that names the first file at fault by its index
   */
  async read({ inputs, model }: EditForm): Promise<InputPicture[]> {
    const { maxImagePixels, maxImageAspect } = this.settings.limits;
    const limits = { maxPixels: maxImagePixels, maxAspect: maxImageAspect };
    const results = await Promise.all(
      inputs.files.map(({ bytes }) =>
        this.pool.run({ bytes, limits, conditionArea: model.conditionArea }, { transferList: ownedBuffers(bytes) }),
      ),
    );
    return results.map((result, index) => {
      if ('picture' in result) return result.picture;
      throw invalidInput(
        `Invalid image format at index ${index}: ${result.fault}`,
        inputs.kind === 'together' ? 'image' : 'images',
      );
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.destroy();
  }
}

/** What can be handed to another thread instead of copied: small files share a buffer with others. */
function ownedBuffers({ buffer, byteLength }: Buffer): ArrayBuffer[] {
  return buffer instanceof ArrayBuffer && buffer.byteLength === byteLength ? [buffer] : [];
}
