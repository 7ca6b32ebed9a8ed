import { availableParallelism } from 'node:os';
import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { invalidInput } from '../errors/api-error.js';
import { decodeImage, ImageDecodeError } from '../images/decode.js';
import type { EditInputs } from '../jobs/edit-order.js';
import type { InputFiles } from './fields/input-files.js';
import { Semaphore } from './semaphore.js';

/** Decodes inputs in libvips' threads, a few at a time over all requests. */
@Injectable()
export class PictureDecoder {
  private readonly slots = new Semaphore(availableParallelism());

  constructor(private readonly settings: Settings) {}

  /** @throws ApiError 400 that names the first file at fault by its index */
  async decode({ files, kind }: InputFiles): Promise<EditInputs> {
    const { maxImagePixels, maxImageAspect } = this.settings.limits;
    const decoded = await Promise.allSettled(
      files.map(({ bytes }) =>
        this.slots.run(() => decodeImage(bytes, { maxPixels: maxImagePixels, maxAspect: maxImageAspect })),
      ),
    );
    const pictures = decoded.map((result, index) => {
      if (result.status === 'fulfilled') return result.value;
      if (!(result.reason instanceof ImageDecodeError)) throw result.reason;
      throw invalidInput(
        `Invalid image format at index ${index}: ${result.reason.message}`,
        kind === 'together' ? 'image' : 'images',
      );
    });
    return kind === 'together' ? [pictures] : pictures.map((picture) => [picture]);
  }
}
