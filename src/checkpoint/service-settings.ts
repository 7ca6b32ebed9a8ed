import type { LocalText, SuggestionGroup } from '../protocol/model-info.js';
import type { SizeRange } from '../images/size-range.js';
import type { ConfigReader } from './config-reader.js';
import { parseLocalText } from './local-text.js';
import type { ServedClass } from './served-class.js';
import { parseSuggestions } from './service-suggestions.js';

/** A folder's service.json: what diffusers hard-codes, with diffusers' numbers where a key is absent. */
export interface ServiceSettings {
  /** Pixels that an input is brought to before it conditions the edit, one for each of the class's conditions. */
  readonly conditionAreas: readonly number[];
  /** Inputs are brought to the size at which the result is made, whatever their areas are. */
  readonly conditionFollowsSize: boolean;
  /** Area in pixels of a result whose size follows the input. */
  readonly nativeArea: number;
  /** The sizes that the model makes well; results of other sizes are resized from them. */
  readonly sizeRange: SizeRange;
  readonly defaultSize: { readonly width: number; readonly height: number } | 'auto';
  readonly defaultSteps: number;
  readonly defaultTrueCfgScale: number;
  /** The most guidance that the model makes good pictures with; Infinity where it is not said. */
  readonly maxTrueCfgScale: number;
  /** What PRECISION=auto computes in, whatever the device; null: the device's own choice. */
  readonly computeType: 'float32' | 'bfloat16' | null;
  /** Instructions that the model does well. */
  readonly suggestions: readonly SuggestionGroup[];
  /** What its users should know; null: nothing. */
  readonly notice: LocalText | null;
}

export const SERVICE_FILE = 'service.json';

/** The keys that every class has beside those of its condition areas. */
const KEYS = [
  'condition_follows_size',
  'native_area',
  'min_area',
  'max_area',
  'max_side',
  'default_size',
  'default_steps',
  'default_true_cfg_scale',
  'max_true_cfg_scale',
  'compute_type',
  'model_id',
  'suggestions',
  'notice',
  'examples',
];
/** A side of a result of no other size, in pixels. */
const DEFAULT_SIDE = 1024;
const MAX_AREA = 4_194_304;
const MIN_SIDE = 64;
const MAX_SIDE = 4096;
const MAX_STEPS = 150;
/** Of a notice: it is a sentence or two, shown above everything else. */
const MAX_NOTICE_CHARACTERS = 500;
/** Where no key sets a limit; JSON has no infinity. */
const UNLIMITED = Number.MAX_SAFE_INTEGER;

/**
 * Reads service.json. Every key may be absent; an unknown one is refused by name, so that a misspelt one isn't lost.
 * @param served the checkpoint's class, whose values stand in for absent keys
 * @throws CheckpointError that names the key
 */
export function parseServiceSettings(config: ConfigReader, served: ServedClass): ServiceSettings {
  const known = [...served.conditions.map(({ key }) => key), ...KEYS];
  for (const key of config.keys()) {
    if (!known.includes(key)) {
      throw config.error(key, `is not known; known are ${known.join(', ')}`);
    }
  }
  const area = (key: string, fallback: number): number => config.integer(key, fallback, { min: 1, max: MAX_AREA });
  return {
    conditionAreas: served.conditions.map((condition) => area(condition.key, condition.area)),
    conditionFollowsSize: config.boolean('condition_follows_size', false),
    nativeArea: area('native_area', served.nativeArea),
    sizeRange: parseSizeRange(config),
    defaultSize: parseDefaultSize(config),
    defaultSteps: config.integer('default_steps', served.defaultSteps, { min: 1, max: MAX_STEPS }),
    defaultTrueCfgScale: config.number('default_true_cfg_scale', served.defaultTrueCfgScale, { min: 0 }),
    maxTrueCfgScale: config.has('max_true_cfg_scale') ? config.number('max_true_cfg_scale', 1, { min: 0 }) : Infinity,
    computeType: parseComputeType(config),
    suggestions: parseSuggestions(config),
    notice: parseNotice(config),
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

function parseSizeRange(config: ConfigReader): SizeRange {
  const limit = (key: string, min: number, max: number): number =>
    config.has(key) ? config.integer(key, max, { min, max }) : UNLIMITED;
  const minArea = config.integer('min_area', 1, { min: 1, max: MAX_AREA });
  const maxArea = limit('max_area', 1, MAX_AREA);
  if (minArea > maxArea) throw config.error('min_area', `is ${minArea}, more than max_area (${maxArea})`);
  return { minArea, maxArea, maxSide: limit('max_side', MIN_SIDE, MAX_SIDE) };
}

function parseDefaultSize(config: ConfigReader): ServiceSettings['defaultSize'] {
  const size = config.raw('default_size');
  if (size === undefined) {
    return { width: DEFAULT_SIDE, height: DEFAULT_SIDE };
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

function parseComputeType(config: ConfigReader): ServiceSettings['computeType'] {
  const type = config.raw('compute_type') ?? null;
  if (type !== null && type !== 'float32' && type !== 'bfloat16') {
    config.refuse('compute_type', '"float32" or "bfloat16"');
  }
  return type;
}

/** The notice; null where there is none. */
function parseNotice(config: ConfigReader): LocalText | null {
  return config.has('notice') ? parseLocalText(config, 'notice', MAX_NOTICE_CHARACTERS) : null;
}
