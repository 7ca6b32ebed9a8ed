import { underAvifBrand } from './avif-brand.js';
import { decodeColours } from './decode-colours.js';
import { describeForeign } from './foreign-format.js';
import { ImageDecodeError } from './image-decode-error.js';
import { detectFormat, type InputFormat } from './image-format.js';
import { openDecoder } from './open-decoder.js';
import { colourProfile } from './picture-profile.js';
import type { PictureSource } from './picture-source.js';
import type { RgbImage } from './rgb-image.js';
import { decodeSamples } from './samples/decode-samples.js';
import { DECODED } from './samples/sample-types.js';
import { samplesToConvert } from './samples/samples-to-convert.js';
import { openTiff } from './tiff/tiff-picture.js';

export interface DecodeLimits {
  /** The most pixels a picture may have. */
  readonly maxPixels: number;
  /** The longer side may be at most this many times the shorter. */
  readonly maxAspect: number;
  /** Told how many pixels the picture has once it is within the limits, before any of them is decoded. */
  readonly beforePixels?: (pixels: number) => void;
}

/** As users know them. */
export const FORMAT_NAMES: Readonly<Record<InputFormat, string>> = {
  png: 'PNG',
  jpeg: 'JPEG',
  webp: 'WebP',
  heif: 'AVIF',
  gif: 'GIF',
  tiff: 'TIFF',
};

/**
 * Decodes a picture to 8-bit sRGB: its first frame, upright by its EXIF orientation, on white where it is transparent, whatever
 * its samples and colours are. Limits are checked before any pixel is decoded.
 *
 * @throws ImageDecodeError when the bytes aren't a whole picture of a known format within the limits, or one of a kind that
 * can't be converted
 */
export async function decodeImage(bytes: Uint8Array, limits: DecodeLimits): Promise<RgbImage> {
  if (bytes.length === 0) throw new ImageDecodeError('the file is empty');
  const format = detectFormat(bytes);
  if (format === undefined) throw new ImageDecodeError(describeForeign(bytes));
  const damaged = `the ${FORMAT_NAMES[format]} file is damaged or incomplete`;
  const source = openSource(bytes, format);
  const metadata = await orDecodeError(openDecoder(source.bytes, { ignoreIcc: false }).metadata(), damaged);
  if (metadata.format !== format) throw new ImageDecodeError(damaged);
  // Samples of 64 bits come as twice as many pixels.
  const width = metadata.width / (source.samples === undefined ? 1 : DECODED[source.samples.type].numbers);
  const { height } = metadata;
  checkLimits({ width, height }, limits);
  limits.beforePixels?.(width * height);
  const profile = colourProfile(source, metadata);
  const samples = samplesToConvert(source, metadata, profile);
  if (samples === undefined) return orDecodeError(decodeColours(source, metadata, profile), damaged);
  return orDecodeError(decodeSamples({ source, metadata, samples, width, height, profile }), damaged);
}

function openSource(bytes: Uint8Array, format: InputFormat): PictureSource {
  switch (format) {
    case 'tiff':
      return openTiff(bytes);
    case 'heif':
      return { bytes: underAvifBrand(bytes) };
    default:
      return { bytes };
  }
}

/** @throws ImageDecodeError that names the setting */
export function checkLimits(
  { width, height }: { readonly width: number; readonly height: number },
  { maxPixels, maxAspect }: DecodeLimits,
): void {
  if (width * height > maxPixels) {
    throw new ImageDecodeError(
      `the picture has ${width}x${height} pixels, more than the limit of ${maxPixels} (MAX_IMAGE_MEGAPIXELS)`,
    );
  }
  if (Math.max(width, height) > maxAspect * Math.min(width, height)) {
    throw new ImageDecodeError(
      `the picture's sides are ${width}x${height}, one more than ${maxAspect} times as long as the other (MAX_IMAGE_ASPECT)`,
    );
  }
}

/** The decoder's messages are of no use to a client and may tell of the host, so they are replaced. */
export async function orDecodeError<T>(work: Promise<T>, message: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof ImageDecodeError ? error : new ImageDecodeError(message);
  }
}
