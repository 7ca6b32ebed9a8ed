import sharp from 'sharp';
import type { RgbImage } from './rgb-image.js';

/** Of results; the media type of each is image/ and its name. */
export const OUTPUT_FORMATS = ['png', 'jpeg', 'webp'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** From this JPEG quality on, colour is kept at full resolution. */
const FULL_COLOUR_QUALITY = 90;

/**
 * Encodes a picture as a file.
 *
 * @param quality 0–100, of JPEG and WebP; PNG loses nothing.
 */
export function encodeImage(image: RgbImage, format: OutputFormat, quality: number): Promise<Uint8Array> {
  const { width, height, data } = image;
  const picture = sharp(data, { raw: { width, height, channels: 3 } });
  const atLeastOne = Math.max(1, quality);
  switch (format) {
    case 'png':
      // Fast: choosing a filter for each row would save up to a third of the bytes and take a third longer.
      return picture.png({ compressionLevel: 2, adaptiveFiltering: false }).toBuffer();
    case 'jpeg':
      return picture
        .jpeg({ quality: atLeastOne, chromaSubsampling: quality >= FULL_COLOUR_QUALITY ? '4:4:4' : '4:2:0' })
        .toBuffer();
    case 'webp':
      return picture.webp({ quality: atLeastOne }).toBuffer();
  }
}
