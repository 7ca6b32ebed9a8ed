import type { ConfigReader } from './config-reader.js';

/** A folder's service.json: what diffusers hard-codes, with diffusers' numbers where a key is absent. */
export interface ServiceSettings {
  /** Area in pixels that the input is brought to before it conditions the edit. */
  readonly conditionArea: number;
  /** Area in pixels of a result whose size follows the input. */
  readonly nativeArea: number;
  readonly defaultSize: { readonly width: number; readonly height: number } | 'auto';
  readonly defaultSteps: number;
  readonly defaultTrueCfgScale: number;
  /** Instructions that the model does well. */
  readonly suggestions: readonly string[];
}

export const SERVICE_FILE = 'service.json';

const KEYS = [
  'condition_area',
  'native_area',
  'default_size',
  'default_steps',
  'default_true_cfg_scale',
  'model_id',
  'suggestions',
];
/** Pixels: what diffusers' pipeline has in its code. */
const PUBLISHED_AREA = 1024 * 1024;
const PUBLISHED_SIDE = 1024;
const MAX_AREA = 4_194_304;
const MIN_SIDE = 64;
const MAX_SIDE = 4096;
const MAX_STEPS = 150;

/**
 * Reads service.json. Every key may be absent; an unknown one is refused by name, so that a misspelt one isn't lost.
 * @throws CheckpointError that names the key
 */
export function parseServiceSettings(config: ConfigReader): ServiceSettings {
  for (const key of config.keys()) {
    if (!KEYS.includes(key)) {
      throw config.error(key, `is not known; known are ${KEYS.join(', ')}`);
    }
  }
  return {
    conditionArea: config.integer('condition_area', PUBLISHED_AREA, { min: 1, max: MAX_AREA }),
    nativeArea: config.integer('native_area', PUBLISHED_AREA, { min: 1, max: MAX_AREA }),
    defaultSize: parseDefaultSize(config),
    defaultSteps: config.integer('default_steps', 50, { min: 1, max: MAX_STEPS }),
    defaultTrueCfgScale: config.number('default_true_cfg_scale', 4, { min: 0 }),
    suggestions: parseSuggestions(config),
  };
}

/** The id that service.json gives the model; undefined when it gives none. */
export function parseModelId(config: ConfigReader): string | undefined {
  const id = config.raw('model_id');
  if (id === undefined) {
    return undefined;
  }
  if (typeof id !== 'string' || !/^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/.test(id)) {
    config.refuse('model_id', 'a text of letters, digits and . _ - /');
  }
  return id;
}

function parseDefaultSize(config: ConfigReader): ServiceSettings['defaultSize'] {
  const size = config.raw('default_size');
  if (size === undefined) {
    return { width: PUBLISHED_SIDE, height: PUBLISHED_SIDE };
  }
  if (size === 'auto') {
    return size;
  }
  const match = typeof size === 'string' ? /^(\d{1,5})x(\d{1,5})$/.exec(size) : null;
  const width = Number(match?.[1]);
  const height = Number(match?.[2]);
  const isSide = (side: number): boolean => side >= MIN_SIDE && side <= MAX_SIDE;
  if (!isSide(width) || !isSide(height) || width * height > MAX_AREA) {
    config.refuse('default_size', `"auto" or "WIDTHxHEIGHT" with sides of ${MIN_SIDE}–${MAX_SIDE} pixels`);
  }
  return { width, height };
}

function parseSuggestions(config: ConfigReader): readonly string[] {
  const suggestions = config.raw('suggestions') ?? [];
  const isText = (item: unknown): item is string => typeof item === 'string' && item.trim() !== '';
  if (!Array.isArray(suggestions) || !suggestions.every(isText)) {
    config.refuse('suggestions', 'a list of texts');
  }
  return suggestions;
}
