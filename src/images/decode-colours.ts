import type { Metadata, Sharp } from 'sharp';
import { completeJpeg, lacksEnd } from './jpeg/complete-jpeg.js';
import { openDecoder, type DecoderOptions } from './open-decoder.js';
import { toOpaqueRgb } from './opaque-rgb.js';
import type { ColourProfile } from './picture-profile.js';
import type { PictureSource } from './picture-source.js';
import type { RgbImage } from './rgb-image.js';

/** Three colours a pixel, and what stands behind them. */
interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** Decodes a picture whose colours the decoder converts: 8-bit ones, and 16-bit ones that are sRGB. */
export async function decodeColours(
  source: PictureSource,
  metadata: Metadata,
  profile: ColourProfile,
): Promise<RgbImage> {
  const decode = (bytes: Uint8Array, failOn?: DecoderOptions['failOn']): Promise<Pixels> => {
    const decoder = openDecoder(bytes, {
      ignoreIcc: profile === undefined,
      ...(failOn === undefined ? {} : { failOn }),
    });
    return pixelsOf(profile === undefined ? decoder : asBytes(decoder, metadata));
  };
  const pixels = metadata.format === 'jpeg' ? await decodeJpeg(source.bytes, decode) : await decode(source.bytes);
  const { width, height, channels, data } = pixels;
  if (channels === 3) return { width, height, data };
  const alphaExtra = source.tiff === undefined ? 0 : source.tiff.alphaExtra;
  return {
    width,
    height,
    data: await toOpaqueRgb(data, channels, alphaExtra === undefined ? undefined : 3 + alphaExtra),
  };
}

async function pixelsOf(decoder: Sharp): Promise<Pixels> {
  const { data, info } = await decoder
    .autoOrient()
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return { width, height, channels, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/** The decoder applies profiles of tables to 8-bit samples only. */
function asBytes(decoder: Sharp, { space }: Metadata): Sharp {
  switch (space) {
    case 'rgb16':
      return decoder.pipelineColourspace('srgb');
    case 'grey16':
      return decoder.pipelineColourspace('b-w');
    default:
      return decoder;
  }
}

/** A JPEG whose data are all there may lack its end marker. */
async function decodeJpeg(
  bytes: Uint8Array,
  decode: (bytes: Uint8Array, failOn?: DecoderOptions['failOn']) => Promise<Pixels>,
): Promise<Pixels> {
  if (!lacksEnd(bytes)) return decode(bytes);
  const completed = completeJpeg(bytes);
  if (completed === undefined) throw new Error('scans are missing');
  const pixels = await decode(completed.ended, 'warning');
  for (const continued of completed.continued) {
    const others = await decode(continued);
    if (Buffer.compare(pixels.data, others.data) !== 0) throw new Error('scan data are missing');
  }
  return pixels;
}
