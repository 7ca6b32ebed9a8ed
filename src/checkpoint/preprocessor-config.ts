/** Qwen2VLImageProcessor: how the vision tower's pixels are made. */
export interface PreprocessorConfig {
  /** Area in pixels. */
  readonly minPixels: number;
  /** Area in pixels. */
  readonly maxPixels: number;
  readonly patchSize: number;
  readonly mergeSize: number;
  readonly temporalPatchSize: number;
  readonly imageMean: readonly [number, number, number];
  readonly imageStd: readonly [number, number, number];
  readonly rescaleFactor: number;
  readonly resample: 'bicubic';
}
