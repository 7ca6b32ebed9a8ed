import { Injectable } from '@nestjs/common';
import { encodeImage } from '../../images/encode.js';
import { ptFile } from '../../images/pt-file.js';
import type { RgbImage } from '../../images/rgb-image.js';
import type { Picture } from '../../protocol/picture.js';
import type { EditJob } from '../edit-job.js';

/** Turns pictures into the files that were asked for, in libvips' threads. */
@Injectable()
export class PictureEncoder {
  /** The bytes of a result. */
  result({ width, height, data }: Picture, edit: EditJob): Promise<Uint8Array> {
    if (data instanceof Float32Array) return Promise.resolve(ptFile(data, [3, height, width]));
    return encodeImage({ width, height, data }, edit.outputFormat, edit.quality);
  }

  /** The bytes of a preview: a picture in the results' format, also where these are tensors. */
  preview(image: RgbImage, edit: EditJob): Promise<Uint8Array> {
    return encodeImage(image, edit.outputFormat, edit.quality);
  }
}
