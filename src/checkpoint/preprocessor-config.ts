import type { ConfigReader, NumberRange } from './config-reader.js';

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

/** OpenAI CLIP's. */
const CLIP_MEAN = [0.48145466, 0.4578275, 0.40821073];
const CLIP_STD = [0.26862954, 0.26130258, 0.27577711];
const PIL_BICUBIC = 3;

/**
 * Reads the image processor's options with the defaults of transformers 5's Qwen2VLImageProcessor. min_pixels and
 * max_pixels win over size, as there, and may lie either way round (the larger area is then what counts as too large).
 * @throws CheckpointError for a value that is malformed or that asks for something not implemented
 */
export function parsePreprocessorConfig(config: ConfigReader): PreprocessorConfig {
  const processors = ['Qwen2VLImageProcessor', 'Qwen2VLImageProcessorFast', 'Qwen2_5_VLImageProcessor'] as const;
  config.oneOf('image_processor_type', 'Qwen2VLImageProcessor', processors);
  for (const option of ['do_resize', 'do_rescale', 'do_normalize']) {
    config.mustBe(option, true);
  }
  config.oneOf('resample', PIL_BICUBIC, [PIL_BICUBIC]);
  const { minPixels, maxPixels } = parseAreas(config);
  return {
    minPixels,
    maxPixels,
    patchSize: config.integer('patch_size', 14),
    mergeSize: config.integer('merge_size', 2),
    temporalPatchSize: config.integer('temporal_patch_size', 2),
    imageMean: parseChannels(config, 'image_mean', CLIP_MEAN, {}),
    imageStd: parseChannels(config, 'image_std', CLIP_STD, { above: 0 }),
    rescaleFactor: config.number('rescale_factor', 1 / 255, { above: 0 }),
    resample: 'bicubic',
  };
}

/** The limits may contradict each other: smart_resize looks at maxPixels first, as in transformers. */
function parseAreas(config: ConfigReader): { minPixels: number; maxPixels: number } {
  const size = config.section('size');
  const area = (key: 'min_pixels' | 'max_pixels', edge: 'shortest_edge' | 'longest_edge', fallback: number): number => {
    if (config.has(key) && !config.isNull(key)) {
      return config.integer(key, fallback);
    }
    if (size !== undefined && !size.has(edge)) {
      size.refuse(edge, `an area in pixels (or ${key} beside size)`);
    }
    return size?.integer(edge, fallback) ?? fallback;
  };
  const minPixels = area('min_pixels', 'shortest_edge', 56 * 56);
  const maxPixels = area('max_pixels', 'longest_edge', 28 * 28 * 1280);
  return { minPixels, maxPixels };
}

/** One number stands for all three channels. */
function parseChannels(
  config: ConfigReader,
  key: string,
  fallback: readonly number[],
  range: NumberRange,
): readonly [number, number, number] {
  if (typeof config.raw(key) === 'number') {
    const value = config.number(key, 0, range);
    return [value, value, value];
  }
  const [red = 0, green = 0, blue = 0] = config.numbers(key, fallback, 3, range);
  return [red, green, blue];
}
