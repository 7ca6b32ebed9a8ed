import sharp, { type Metadata, type Sharp } from 'sharp';
import { detectFormat, type InputFormat } from './image-format.js';
import { toOpaqueRgb } from './opaque-rgb.js';
import type { RgbImage } from './rgb-image.js';

/** A file that is no usable picture. The message says why in plain words and holds nothing of the host. */
export class ImageDecodeError extends Error {
  override readonly name = 'ImageDecodeError';
}

export interface DecodeLimits {
  /** The most pixels a picture may have. */
  readonly maxPixels: number;
  /** The longer side may be at most this many times the shorter. */
  readonly maxAspect: number;
  /** Told how many pixels the picture has once it is within the limits, before any of them is decoded. */
  readonly beforePixels?: (pixels: number) => void;
}

const FORMAT_NAMES: Readonly<Record<InputFormat, string>> = {
  png: 'PNG',
  jpeg: 'JPEG',
  webp: 'WebP',
  heif: 'AVIF',
  gif: 'GIF',
  tiff: 'TIFF',
};

/**
 * Decodes a picture to 8-bit sRGB: its first frame, upright by its EXIF orientation, on white where it is transparent,
 * grey, CMYK, palette, 16-bit and profiled colours converted. Limits are checked before any pixel is decoded.
 *
 * @throws ImageDecodeError when the bytes aren't a whole picture of a known format within the limits
 */
export async function decodeImage(bytes: Uint8Array, limits: DecodeLimits): Promise<RgbImage> {
  if (bytes.length === 0) throw new ImageDecodeError('the file is empty');
  const format = detectFormat(bytes);
  if (format === undefined) {
    throw new ImageDecodeError('the file is not a PNG, JPEG, WebP, AVIF, GIF or TIFF picture');
  }
  const damaged = `the ${FORMAT_NAMES[format]} file is damaged or incomplete`;
  const metadata = await orDecodeError(open(bytes, false).metadata(), damaged);
  if (metadata.format !== format) throw new ImageDecodeError(damaged);
  checkLimits(metadata, limits);
  limits.beforePixels?.(metadata.width * metadata.height);
  const decoded = open(bytes, isSrgbProfile(metadata.icc)).autoOrient().toColourspace('srgb').raw({ depth: 'uchar' });
  const { data, info } = await orDecodeError(decoded.toBuffer({ resolveWithObject: true }), damaged);
  const { width, height, channels } = info;
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { width, height, data: channels === 3 ? pixels : await toOpaqueRgb(pixels, channels) };
}

/** Only the first page; errors of the decoder, but not its warnings, make it fail. */
function open(bytes: Uint8Array, ignoreIcc: boolean): Sharp {
  return sharp(bytes, { failOn: 'error', limitInputPixels: false, page: 0, pages: 1, sequentialRead: true, ignoreIcc });
}

function checkLimits({ width, height }: Metadata, { maxPixels, maxAspect }: DecodeLimits): void {
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

/** Pictures that already are sRGB keep their values: a conversion from sRGB to sRGB would change some by rounding. */
function isSrgbProfile(icc: Buffer | undefined): boolean {
  if (icc === undefined) return false;
  const text = icc.toString('latin1').replaceAll('\0', '');
  return text.includes('sRGB IEC61966-2') || text.includes('sRGB built-in');
}

/** sharp's messages are of no use to a client and may tell of the host, so they are replaced. */
async function orDecodeError<T>(work: Promise<T>, message: string): Promise<T> {
  try {
    return await work;
  } catch {
    throw new ImageDecodeError(message);
  }
}
