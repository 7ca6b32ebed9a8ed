import { availableParallelism } from 'node:os';
import { Injectable } from '@nestjs/common';
import { Settings } from '../config/settings.js';
import { invalidInput } from '../errors/api-error.js';
import { decodeImage, ImageDecodeError } from '../images/decode.js';
import { encodeImage } from '../images/encode.js';
import { ptFile } from '../images/pt-file.js';
import type { RgbImage } from '../images/rgb-image.js';
import type { Picture } from '../inference/protocol.js';
import type { EditFields } from './fields/edit-fields.dto.js';
import type { InputFiles } from './fields/input-files.js';
import { Semaphore } from './semaphore.js';

/** Best quality, and the best that the format can do is the contract's default. */
const DEFAULT_QUALITY = 100;

/** Decodes inputs and encodes results in libvips' threads, a few at a time over all requests. */
@Injectable()
export class PictureCodec {
  private readonly slots = new Semaphore(availableParallelism());

  constructor(private readonly settings: Settings) {}

  /** @throws ApiError 400 that names the first file at fault by its index */
  async decode({ files, kind }: InputFiles): Promise<RgbImage[]> {
    const { maxImagePixels, maxImageAspect } = this.settings.limits;
    const decoded = await Promise.allSettled(
      files.map(({ bytes }) =>
        this.slots.run(() => decodeImage(bytes, { maxPixels: maxImagePixels, maxAspect: maxImageAspect })),
      ),
    );
    return decoded.map((result, index) => {
      if (result.status === 'fulfilled') return result.value;
      if (!(result.reason instanceof ImageDecodeError)) throw result.reason;
      throw invalidInput(
        `Invalid image format at index ${index}: ${result.reason.message}`,
        kind === 'together' ? 'image' : 'images',
      );
    });
  }

  /** The bytes that `b64_json` holds. */
  encode(picture: Picture, fields: EditFields): Promise<Uint8Array> {
    const { width, height, data } = picture;
    if (data instanceof Float32Array) return Promise.resolve(ptFile(data, [3, height, width]));
    return this.slots.run(() =>
      encodeImage({ width, height, data }, fields.output_format, fields.output_compression ?? DEFAULT_QUALITY),
    );
  }
}
