import sharp, { type Metadata } from 'sharp';
import { srgbConverter, type SrgbConverter } from '../icc/srgb-converter.js';
import { ImageDecodeError } from '../image-decode-error.js';
import { openDecoder } from '../open-decoder.js';
import type { ColourProfile } from '../picture-profile.js';
import type { PictureSource } from '../picture-source.js';
import type { RgbImage } from '../rgb-image.js';
import { labConverter } from './cielab.js';
import { convertSamples } from './convert-samples.js';
import { colourCount, type SampleLayout } from './sample-layout.js';
import { DECODED, toWords } from './sample-types.js';

/** The most bytes of samples that are decoded at once. Each further part reads the file from its start again. */
const PART_BYTES = 128 * 2 ** 20;

export interface SamplePicture {
  readonly source: PictureSource;
  readonly metadata: Metadata;
  readonly samples: SampleLayout;
  /** In pixels, as the picture lies in the file. */
  readonly width: number;
  readonly height: number;
  readonly profile: ColourProfile;
}

/**
 * Decodes a picture whose samples the decoder hands out as they are, and converts them here: the decoder's own conversion takes
 * 16-bit samples of a profile for another space's, and floats and 32-bit samples for 8-bit ones.
 *
 * Part by part, so that samples of many bytes take no more memory than those of 8 bits.
 */
export async function decodeSamples(picture: SamplePicture): Promise<RgbImage> {
  const { samples, width, height } = picture;
  const convert = converterOf(samples, picture.profile);
  const rgb = new Uint8Array(width * height * 3);
  const { numbers } = DECODED[samples.type];
  const rowBytes = width * samples.channels * numbers * 4;
  const rows = Math.max(1, Math.floor(PART_BYTES / rowBytes));
  for (let top = 0; top < height; top += rows) {
    const partHeight = Math.min(rows, height - top);
    const bytes = await decodePart(picture, top, partHeight);
    const words = toWords(bytes, samples.type, picture.source.tiff?.littleEndian ?? true);
    convertSamples(words, samples, convert, rgb.subarray(top * width * 3, (top + partHeight) * width * 3));
  }
  return upright({ width, height, data: rgb }, picture.metadata.orientation ?? 1);
}

function converterOf({ colours, type }: SampleLayout, profile: ColourProfile): SrgbConverter {
  if (profile?.kind === 'tables') {
    throw new ImageDecodeError(
      `the file's ${type} samples have a colour profile made of tables, which is not supported; save it as sRGB or with 8 or 16 bits`,
    );
  }
  return labConverter(colours, type) ?? srgbConverter(profile, colourCount(colours));
}

/** The samples of some rows, [rows, width, channels]. */
async function decodePart(picture: SamplePicture, top: number, height: number): Promise<Uint8Array> {
  const { depth, numbers } = DECODED[picture.samples.type];
  const { data, info } = await openDecoder(picture.source.bytes, { ignoreIcc: true })
    .toColourspace(picture.metadata.space)
    .extract({ left: 0, top, width: picture.width * numbers, height })
    .raw({ depth })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== picture.samples.channels) throw new Error(`${info.channels} channels`);
  return data;
}

/** Mirrored, then turned clockwise by so many degrees, by EXIF's orientation. */
const TURNS: Readonly<Record<number, readonly [mirrored: boolean, degrees: number]>> = {
  2: [true, 0],
  3: [false, 180],
  4: [true, 180],
  5: [true, 270],
  6: [false, 90],
  7: [true, 90],
  8: [false, 270],
};

async function upright(image: RgbImage, orientation: number): Promise<RgbImage> {
  const turn = TURNS[orientation];
  if (turn === undefined) return image;
  const [mirrored, degrees] = turn;
  const { width, height } = image;
  const { data, info } = await sharp(image.data, { raw: { width, height, channels: 3 } })
    .flop(mirrored)
    .rotate(degrees)
    .raw()
    .toBuffer({ resolveWithObject: true });
  return {
    width: info.width,
    height: info.height,
    data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  };
}
