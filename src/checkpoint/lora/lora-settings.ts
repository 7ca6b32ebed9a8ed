import type { LoraInfo } from '../../protocol/lora.js';
import type { ConfigReader } from '../config-reader.js';
import { parseSchedulerConfig, type SchedulerConfig } from '../scheduler-config.js';

/** What a LoRA's file does not say of itself. */
export interface LoraSettings extends Pick<LoraInfo, 'description' | 'defaultScale' | 'defaults'> {
  /** The schedule of edits that use it; null: the checkpoint's. */
  readonly scheduler: SchedulerConfig | null;
}

const KEYS = ['description', 'default_scale', 'steps', 'true_cfg_scale', 'scheduler'];
const MAX_STEPS = 150;
/** What a request's scale may be. */
const SCALES = { min: -4, max: 4 };
/** It stands in lists. */
const MAX_DESCRIPTION_CHARACTERS = 300;

/** The keys of FlowMatchEulerDiscreteScheduler; others are in saved configs for the class and its version. */
const SCHEDULER_KEYS = [
  'num_train_timesteps',
  'shift',
  'use_dynamic_shifting',
  'base_shift',
  'max_shift',
  'base_image_seq_len',
  'max_image_seq_len',
  'invert_sigmas',
  'shift_terminal',
  'use_karras_sigmas',
  'use_exponential_sigmas',
  'use_beta_sigmas',
  'time_shift_type',
  'stochastic_sampling',
];

/**
 * Reads a LoRA's NAME.json. Every key may be absent; an unknown one is refused by name, so that a misspelt one isn't lost.
 * @param config NAME.json, on top of what is known of the file by its name
 * @param scheduler the checkpoint's, which holds for what the LoRA's own leaves open
 * @throws CheckpointError that names the key
 */
export function parseLoraSettings(config: ConfigReader, scheduler: SchedulerConfig): LoraSettings {
  refuseUnknown(config, KEYS);
  const own = config.section('scheduler');
  if (own !== undefined) {
    refuseUnknown(own, SCHEDULER_KEYS);
  }
  return {
    description: parseDescription(config),
    defaultScale: config.number('default_scale', 1, SCALES),
    defaults: {
      ...(config.has('steps') ? { numInferenceSteps: config.integer('steps', 1, { min: 1, max: MAX_STEPS }) } : {}),
      ...(config.has('true_cfg_scale') ? { trueCfgScale: config.number('true_cfg_scale', 1, { min: 0 }) } : {}),
    },
    scheduler: own === undefined ? null : parseSchedulerConfig(own, scheduler),
  };
}

/** Keys that begin with an underscore are diffusers' own notes. */
function refuseUnknown(config: ConfigReader, known: readonly string[]): void {
  for (const key of config.keys()) {
    if (!known.includes(key) && !key.startsWith('_')) {
      throw config.error(key, `is not known; known are ${known.join(', ')}`);
    }
  }
}

function parseDescription(config: ConfigReader): string | null {
  const text = config.raw('description') ?? null;
  if (text === null) return null;
  const isSentence = typeof text === 'string' && text.trim() !== '' && !/\p{Cc}/u.test(text);
  if (!isSentence || text.length > MAX_DESCRIPTION_CHARACTERS) {
    config.refuse('description', `a text of one line and at most ${MAX_DESCRIPTION_CHARACTERS} characters`);
  }
  return text.trim();
}
