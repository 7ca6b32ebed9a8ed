/** Tags of TIFF 6.0 and of its later technical notes, by number. */
export const TAG = {
  newSubfileType: 254,
  imageWidth: 256,
  bitsPerSample: 258,
  compression: 259,
  photometric: 262,
  orientation: 274,
  samplesPerPixel: 277,
  predictor: 317,
  tileWidth: 322,
  subDirectories: 330,
  inkSet: 332,
  extraSamples: 338,
  sampleFormat: 339,
  dngVersion: 50706,
} as const;

/** What the samples stand for (PhotometricInterpretation). */
export const PHOTOMETRIC = {
  whiteIsZero: 0,
  blackIsZero: 1,
  rgb: 2,
  palette: 3,
  separated: 5,
  yCbCr: 6,
  cieLab: 8,
  iccLab: 9,
} as const;

/** How the samples are written (SampleFormat). */
export const SAMPLE_FORMAT = { unsigned: 1, signed: 2, float: 3, undefined: 4 } as const;

/** What a sample beyond the colours is (ExtraSamples). */
export const EXTRA_SAMPLE = { unspecified: 0, associatedAlpha: 1, unassociatedAlpha: 2 } as const;
