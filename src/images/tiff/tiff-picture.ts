import { ImageDecodeError } from '../image-decode-error.js';
import type { PictureSource } from '../picture-source.js';
import type { AlphaSample, SampleColours, SampleLayout, SampleType } from '../samples/sample-layout.js';
import { TiffDirectory } from './tiff-directory.js';
import { checkKind } from './tiff-kinds.js';
import { readSamples, type TiffSamples } from './tiff-samples.js';
import { EXTRA_SAMPLE, PHOTOMETRIC, SAMPLE_FORMAT, TAG } from './tiff-tags.js';

/**
 * Reads what a TIFF file's first picture holds and prepares the file for the decoder, which takes neither all kinds of
 * samples nor all values of tags.
 * @throws ImageDecodeError that names what isn't supported. A damaged file is left to the decoder.
 */
export function openTiff(bytes: Uint8Array): PictureSource {
  const directory = TiffDirectory.read(bytes);
  const described = readSamples(directory);
  if (described !== undefined) checkKind(directory, described);
  const alphaExtra = described === undefined ? undefined : alphaOf(described.extras);
  const samples = described === undefined ? undefined : sampleLayout(described, alphaExtra);
  const changes = new Map<number, number>();
  if (!isOrientation(directory.value(TAG.orientation) ?? 1)) changes.set(TAG.orientation, 1);
  if (samples !== undefined) askForSamples(directory, samples, changes);
  return {
    bytes: changes.size === 0 ? bytes : directory.withValues(changes),
    tiff: { littleEndian: directory.isLittleEndian, ...(alphaExtra === undefined ? {} : { alphaExtra }) },
    ...(samples === undefined ? {} : { samples }),
  };
}

function isOrientation(value: number): boolean {
  return value >= 1 && value <= 8;
}

/** The first sample that is alpha. A single one of which the file says nothing is taken for it, as everyone does. */
function alphaOf(extras: TiffSamples['extras']): number | undefined {
  const index = extras.findIndex(
    (extra) => extra === EXTRA_SAMPLE.associatedAlpha || extra === EXTRA_SAMPLE.unassociatedAlpha,
  );
  if (index >= 0) return index;
  return extras.length === 1 && extras[0] === undefined ? 0 : undefined;
}

/** Of those pictures whose samples are not simply 8 or 16-bit grey, RGB, CMYK or a palette's. */
function sampleLayout(described: TiffSamples, alphaExtra: number | undefined): SampleLayout | undefined {
  const { photometric, bits, format, channels, extras } = described;
  const colours = COLOURS[photometric];
  const isLab = colours === 'cielab' || colours === 'icclab';
  const type = SAMPLE_TYPES[format]?.[bits];
  if (colours === undefined || type === undefined) return undefined;
  if ((type === 'uint8' || type === 'uint16') && !isLab) return undefined;
  const alpha: AlphaSample | undefined =
    alphaExtra === undefined
      ? undefined
      : {
          index: channels - extras.length + alphaExtra,
          associated: extras[alphaExtra] === EXTRA_SAMPLE.associatedAlpha,
        };
  return { type, colours, channels, ...(alpha === undefined ? {} : { alpha }) };
}

const COLOURS: Readonly<Record<number, SampleColours>> = {
  [PHOTOMETRIC.whiteIsZero]: 'inverted-grey',
  [PHOTOMETRIC.blackIsZero]: 'grey',
  [PHOTOMETRIC.rgb]: 'rgb',
  [PHOTOMETRIC.cieLab]: 'cielab',
  [PHOTOMETRIC.iccLab]: 'icclab',
};

/** By SampleFormat and bits. The decoder itself widens 16-bit floats. */
const SAMPLE_TYPES: Readonly<Record<number, Readonly<Record<number, SampleType>>>> = {
  [SAMPLE_FORMAT.unsigned]: { 8: 'uint8', 16: 'uint16', 32: 'uint32', 64: 'uint64' },
  [SAMPLE_FORMAT.float]: { 16: 'float32', 32: 'float32', 64: 'float64' },
};

/**
 * Tags by which the decoder hands the samples out as they lie: as RGB, nothing of it multiplied, and 64 bits as twice as many
 * pixels of 32, which it can read.
 */
function askForSamples(directory: TiffDirectory, samples: SampleLayout, changes: Map<number, number>): void {
  changes.set(TAG.photometric, PHOTOMETRIC.rgb);
  changes.set(TAG.extraSamples, EXTRA_SAMPLE.unspecified);
  if (samples.colours === 'cielab' || samples.colours === 'icclab')
    changes.set(TAG.sampleFormat, SAMPLE_FORMAT.unsigned);
  if (samples.type !== 'uint64' && samples.type !== 'float64') return;
  changes.set(TAG.bitsPerSample, 32);
  changes.set(TAG.sampleFormat, SAMPLE_FORMAT.unsigned);
  for (const tag of [TAG.imageWidth, TAG.tileWidth]) {
    const width = directory.value(tag);
    if (width === undefined) continue;
    if (2 * width > directory.greatest(tag)) {
      throw new ImageDecodeError(
        'the TIFF file has samples of 64 bits in rows that are too long; save it with 32 bits',
      );
    }
    changes.set(tag, 2 * width);
  }
}
