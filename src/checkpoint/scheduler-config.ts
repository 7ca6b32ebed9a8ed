import type { ConfigReader } from './config-reader.js';

/** FlowMatchEulerDiscreteScheduler: the options that are implemented, under diffusers' names. */
export interface SchedulerConfig {
  readonly numTrainTimesteps: number;
  readonly shift: number;
  readonly useDynamicShifting: boolean;
  readonly baseShift: number;
  readonly maxShift: number;
  /** Tokens. */
  readonly baseImageSeqLen: number;
  /** Tokens. */
  readonly maxImageSeqLen: number;
  /** The last sigma before 0 is stretched to this; null: no stretch. */
  readonly shiftTerminal: number | null;
  readonly timeShiftType: 'exponential' | 'linear';
}

/** Options that other models of the family use; none of them is implemented. */
const UNIMPLEMENTED_OPTIONS = [
  'invert_sigmas',
  'stochastic_sampling',
  'use_karras_sigmas',
  'use_exponential_sigmas',
  'use_beta_sigmas',
];

/**
 * Reads scheduler/scheduler_config.json with the defaults of diffusers' FlowMatchEulerDiscreteScheduler (which the
 * pipeline sees too, as the class fills its config in). Keys that the class doesn't know are ignored, as it does.
 * @throws CheckpointError for a value that is malformed or that asks for something not implemented
 */
export function parseSchedulerConfig(config: ConfigReader): SchedulerConfig {
  config.oneOf('_class_name', 'FlowMatchEulerDiscreteScheduler', ['FlowMatchEulerDiscreteScheduler']);
  for (const option of UNIMPLEMENTED_OPTIONS) {
    config.mustBe(option, false);
  }
  const baseImageSeqLen = config.integer('base_image_seq_len', 256);
  const maxImageSeqLen = config.integer('max_image_seq_len', 4096);
  if (maxImageSeqLen === baseImageSeqLen) {
    config.refuse('max_image_seq_len', `another number than base_image_seq_len (${baseImageSeqLen})`);
  }
  return {
    numTrainTimesteps: config.integer('num_train_timesteps', 1000),
    shift: config.number('shift', 1, { above: 0 }),
    useDynamicShifting: config.boolean('use_dynamic_shifting', false),
    baseShift: config.number('base_shift', 0.5),
    maxShift: config.number('max_shift', 1.15),
    baseImageSeqLen,
    maxImageSeqLen,
    shiftTerminal: parseShiftTerminal(config),
    timeShiftType: config.oneOf('time_shift_type', 'exponential', ['exponential', 'linear']),
  };
}

/** diffusers stretches `if shift_terminal:`, so 0 means the same as null. */
function parseShiftTerminal(config: ConfigReader): number | null {
  if (config.isNull('shift_terminal')) {
    return null;
  }
  const terminal = config.number('shift_terminal', 0, { min: 0 });
  if (terminal >= 1) {
    config.refuse('shift_terminal', 'null or a number below 1');
  }
  return terminal === 0 ? null : terminal;
}
