import { ImageDecodeError } from '../image-decode-error.js';
import type { TiffDirectory } from './tiff-directory.js';
import { PHOTOMETRIC, SAMPLE_FORMAT, TAG } from './tiff-tags.js';

/** What the tags say about the samples, with TIFF's defaults. */
export interface TiffSamples {
  readonly photometric: number;
  /** Samples of a pixel, of which the first ones are its colour. */
  readonly channels: number;
  readonly colourSamples: number;
  readonly bits: number;
  readonly format: number;
  /** What each sample behind the colours is; undefined where the file doesn't tell. */
  readonly extras: readonly (number | undefined)[];
}

/** @returns undefined where the file doesn't say, to its end, what its samples are
 * @throws ImageDecodeError where a pixel's samples differ in kind */
export function readSamples(directory: TiffDirectory): TiffSamples | undefined {
  const photometric = directory.value(TAG.photometric);
  const isCut = [TAG.bitsPerSample, TAG.sampleFormat, TAG.extraSamples].some(
    (tag) => directory.has(tag) && directory.value(tag) === undefined,
  );
  if (photometric === undefined || isCut) return undefined;
  const channels = directory.value(TAG.samplesPerPixel) ?? 1;
  const formats = directory.values(TAG.sampleFormat);
  const isLab = photometric === PHOTOMETRIC.cieLab || photometric === PHOTOMETRIC.iccLab;
  const colours = coloursOf(photometric);
  return {
    photometric,
    channels,
    colourSamples: colours,
    bits: same(directory.values(TAG.bitsPerSample), 'of different numbers of bits') ?? 1,
    format: isLab ? labFormat(formats) : unsignedByDefault(same(formats, 'of different kinds')),
    extras: Array.from(
      { length: Math.max(channels - colours, 0) },
      (_, index) => directory.values(TAG.extraSamples)[index],
    ),
  };
}

/** Samples of a pixel that are its colour, as they stand in the file. */
function coloursOf(photometric: number): number {
  switch (photometric) {
    case PHOTOMETRIC.whiteIsZero:
    case PHOTOMETRIC.blackIsZero:
    case PHOTOMETRIC.palette:
      return 1;
    case PHOTOMETRIC.separated:
      return 4;
    default:
      return 3;
  }
}

function same(values: readonly number[], difference: string): number | undefined {
  if (values.some((value) => value !== values[0])) {
    throw new ImageDecodeError(`the TIFF file's pixels have samples ${difference}, which is not supported`);
  }
  return values[0];
}

/** Whether CIELAB's whole numbers are signed is told by the interpretation: writers say of them what they like. */
function labFormat(formats: readonly number[]): number {
  return formats.includes(SAMPLE_FORMAT.float) ? SAMPLE_FORMAT.float : SAMPLE_FORMAT.unsigned;
}

function unsignedByDefault(format: number | undefined): number {
  return format === undefined || format === SAMPLE_FORMAT.undefined ? SAMPLE_FORMAT.unsigned : format;
}
