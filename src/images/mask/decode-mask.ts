import { checkLimits, type DecodeLimits, FORMAT_NAMES, orDecodeError } from '../decode.js';
import { describeForeign } from '../foreign-format.js';
import { ImageDecodeError } from '../image-decode-error.js';
import { detectFormat } from '../image-format.js';
import { openDecoder } from '../open-decoder.js';
import type { Mask } from './mask.js';

const ADVICE = 'make transparent (alpha 0) what may change, and leave the rest opaque';

/**
 * Reads OpenAI's mask: a PNG, upright by its EXIF orientation, whose transparency says what may change. Its colours don't count.
 * Limits are checked before any pixel is decoded.
 * @throws ImageDecodeError when the file is no such PNG, or lets nothing change
 */
export async function decodeMask(bytes: Uint8Array, limits: DecodeLimits): Promise<Mask> {
  if (bytes.length === 0) throw new ImageDecodeError('the file is empty');
  const format = detectFormat(bytes);
  if (format === undefined) throw new ImageDecodeError(`a mask must be a PNG, and ${describeForeign(bytes)}`);
  if (format !== 'png') {
    throw new ImageDecodeError(`a mask must be a PNG, and the file is a picture in ${FORMAT_NAMES[format]}; ${ADVICE}`);
  }
  const damaged = 'the PNG file is damaged or incomplete';
  const { width, height, hasAlpha } = await orDecodeError(openDecoder(bytes, { ignoreIcc: true }).metadata(), damaged);
  checkLimits({ width, height }, limits);
  if (!hasAlpha) throw new ImageDecodeError(`the PNG has no alpha channel: ${ADVICE}`);
  limits.beforePixels?.(width * height);
  const mask = await orDecodeError(transparency(bytes), damaged);
  if (!mask.data.some((value) => value > 0)) {
    throw new ImageDecodeError(`it is opaque everywhere, so that nothing may change: ${ADVICE}`);
  }
  return mask;
}

async function transparency(bytes: Uint8Array): Promise<Mask> {
  const { data, info } = await openDecoder(bytes, { ignoreIcc: true })
    .autoOrient()
    .toColourspace('srgb')
    .extractChannel('alpha')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  return { width, height, data: Uint8Array.from(data, (alpha) => 255 - alpha) };
}
