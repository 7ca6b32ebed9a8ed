import { availableParallelism } from 'node:os';
import { Injectable } from '@nestjs/common';
import { encodeImage } from '../images/encode.js';
import { ptFile } from '../images/pt-file.js';
import type { Picture } from '../inference/protocol.js';
import type { EditFields } from './fields/edit-fields.dto.js';
import { Semaphore } from './semaphore.js';

/** Best quality, and the best that the format can do is the contract's default. */
const DEFAULT_QUALITY = 100;

/** Encodes results in libvips' threads, a few at a time over all requests. */
@Injectable()
export class ResultEncoder {
  private readonly slots = new Semaphore(availableParallelism());

  /** The bytes that `b64_json` holds. */
  encode(picture: Picture, fields: EditFields): Promise<Uint8Array> {
    const { width, height, data } = picture;
    if (data instanceof Float32Array) return Promise.resolve(ptFile(data, [3, height, width]));
    return this.slots.run(() =>
      encodeImage({ width, height, data }, fields.output_format, fields.output_compression ?? DEFAULT_QUALITY),
    );
  }
}
