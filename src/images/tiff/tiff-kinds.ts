import { ImageDecodeError } from '../image-decode-error.js';
import type { TiffDirectory } from './tiff-directory.js';
import type { TiffSamples } from './tiff-samples.js';
import { PHOTOMETRIC, SAMPLE_FORMAT, TAG } from './tiff-tags.js';

/** What a file is told to be saved as instead. */
const SAVE_AS = 'save it as RGB or grey, 8 or 16 bits unsigned or 32 bits float, or as PNG or JPEG';

const DECODED_COMPRESSIONS: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 6, 7, 8, 32773, 32809, 32946, 50001]);

const COMPRESSION_NAMES: Readonly<Record<number, string>> = {
  33003: 'JPEG 2000',
  33004: 'JPEG 2000',
  33005: 'JPEG 2000',
  34661: 'JBIG',
  34676: 'SGI LogLuv',
  34677: 'SGI LogLuv',
  34712: 'JPEG 2000',
  34887: 'LERC',
  34892: 'lossy DNG JPEG',
  34925: 'LZMA',
  34933: 'PNG',
  34934: 'JPEG XR',
  50000: 'Zstandard',
  50002: 'JPEG XL',
  52546: 'JPEG XL',
};

const PHOTOMETRIC_NAMES: Readonly<Record<number, string>> = {
  4: 'a transparency mask',
  10: 'ITU CIELAB colours',
  32803: 'the raw pixels of a camera sensor',
  32844: 'LogL luminance',
  32845: 'LogLuv colours',
  34892: 'the raw pixels of a camera sensor',
  51177: 'a depth map',
  52527: 'a semantic mask',
};

/** Bits that the decoder takes of a sample, by what it stands for and how it is written. */
const GREY_BITS: Readonly<Record<number, readonly number[]>> = {
  [SAMPLE_FORMAT.unsigned]: [1, 2, 4, 8, 16, 32, 64],
  [SAMPLE_FORMAT.float]: [16, 32, 64],
};
const RGB_BITS: Readonly<Record<number, readonly number[]>> = {
  [SAMPLE_FORMAT.unsigned]: [8, 16, 32, 64],
  [SAMPLE_FORMAT.float]: [16, 32, 64],
};
const UNSIGNED = (...bits: readonly number[]): Readonly<Record<number, readonly number[]>> => ({
  [SAMPLE_FORMAT.unsigned]: bits,
});
const BITS: Readonly<Record<number, Readonly<Record<number, readonly number[]>>>> = {
  [PHOTOMETRIC.whiteIsZero]: GREY_BITS,
  [PHOTOMETRIC.blackIsZero]: GREY_BITS,
  [PHOTOMETRIC.rgb]: RGB_BITS,
  [PHOTOMETRIC.palette]: UNSIGNED(1, 2, 4, 8, 16),
  [PHOTOMETRIC.separated]: UNSIGNED(8, 16),
  [PHOTOMETRIC.yCbCr]: UNSIGNED(8),
  [PHOTOMETRIC.cieLab]: UNSIGNED(8, 16),
  [PHOTOMETRIC.iccLab]: UNSIGNED(8, 16),
};

const COLOUR_NAMES: Readonly<Record<number, string>> = {
  [PHOTOMETRIC.whiteIsZero]: 'grey',
  [PHOTOMETRIC.blackIsZero]: 'grey',
  [PHOTOMETRIC.rgb]: 'RGB',
  [PHOTOMETRIC.palette]: 'palette',
  [PHOTOMETRIC.separated]: 'CMYK',
  [PHOTOMETRIC.yCbCr]: 'YCbCr',
  [PHOTOMETRIC.cieLab]: 'CIELAB',
  [PHOTOMETRIC.iccLab]: 'CIELAB',
};

const FORMAT_NAMES: Readonly<Record<number, string>> = {
  [SAMPLE_FORMAT.unsigned]: 'unsigned',
  [SAMPLE_FORMAT.signed]: 'signed',
  [SAMPLE_FORMAT.float]: 'float',
  5: 'complex integer',
  6: 'complex float',
};

/**
 * Refuses by name what can't be converted.
 * @throws ImageDecodeError
 */
export function checkKind(directory: TiffDirectory, described: TiffSamples): void {
  refuseRaw(directory);
  refuseCompression(directory, described);
  const { photometric, bits, format, channels, colourSamples, extras } = described;
  const formats = BITS[photometric];
  if (formats === undefined) {
    throw unsupported(PHOTOMETRIC_NAMES[photometric] ?? `colours of the unknown kind ${photometric}`);
  }
  if (photometric === PHOTOMETRIC.separated && (directory.value(TAG.inkSet) ?? 1) !== 1) {
    throw unsupported('inks other than CMYK');
  }
  if (formats[format]?.includes(bits) !== true || (bits < 8 && extras.length > 0)) {
    const signed = format === SAMPLE_FORMAT.signed ? ', of which nothing says what is black and what is white' : '';
    throw unsupported(
      `${COLOUR_NAMES[photometric] ?? ''} samples of ${bits} ${bits === 1 ? 'bit' : 'bits'} ${FORMAT_NAMES[format] ?? `(kind ${format})`}${signed}`,
    );
  }
  if (channels < colourSamples || channels > MOST_CHANNELS) {
    throw unsupported(`${COLOUR_NAMES[photometric] ?? ''} pixels of ${channels} samples`);
  }
}

function unsupported(what: string): ImageDecodeError {
  return new ImageDecodeError(`the TIFF file holds ${what}, which is not supported; ${SAVE_AS}`);
}

/** The decoder takes no more for one picture. */
const MOST_CHANNELS = 5;

/** Cameras' raw files are TIFF files, too; their first picture is a small preview. */
function refuseRaw(directory: TiffDirectory): void {
  const isPreview = ((directory.value(TAG.newSubfileType) ?? 0) & 1) === 1;
  if (directory.has(TAG.dngVersion) || (isPreview && directory.has(TAG.subDirectories))) {
    throw new ImageDecodeError(
      'the file is a camera raw file, which is not supported; develop it to JPEG, PNG or TIFF',
    );
  }
}

function refuseCompression(directory: TiffDirectory, { bits }: TiffSamples): void {
  const compression = directory.value(TAG.compression) ?? 1;
  if (!DECODED_COMPRESSIONS.has(compression)) {
    const name = COMPRESSION_NAMES[compression] ?? `of number ${compression}`;
    throw new ImageDecodeError(
      `the TIFF file's compression (${name}) is not supported; save it with LZW, Deflate or none`,
    );
  }
  const predictor = directory.value(TAG.predictor) ?? 1;
  if (bits === 64 && predictor !== 1) {
    throw new ImageDecodeError(
      'the TIFF file has samples of 64 bits behind a predictor, which is not supported; save it with 32 bits',
    );
  }
}
