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

/** diffusers' defaults. */
const DEFAULTS: SchedulerConfig = {
  numTrainTimesteps: 1000,
  shift: 1,
  useDynamicShifting: false,
  baseShift: 0.5,
  maxShift: 1.15,
  baseImageSeqLen: 256,
  maxImageSeqLen: 4096,
  shiftTerminal: null,
  timeShiftType: 'exponential',
};

/**
 * Reads scheduler/scheduler_config.json with the defaults of diffusers' FlowMatchEulerDiscreteScheduler (which the
 * pipeline sees too, as the class fills its config in). Keys that the class doesn't know are ignored, as it does.
 * @param base what absent keys mean
 * @throws CheckpointError for a value that is malformed or that asks for something not implemented
 */
export function parseSchedulerConfig(config: ConfigReader, base = DEFAULTS): SchedulerConfig {
  config.oneOf('_class_name', 'FlowMatchEulerDiscreteScheduler', ['FlowMatchEulerDiscreteScheduler']);
  for (const option of UNIMPLEMENTED_OPTIONS) {
    config.mustBe(option, false);
  }
  const baseImageSeqLen = config.integer('base_image_seq_len', base.baseImageSeqLen);
  const maxImageSeqLen = config.integer('max_image_seq_len', base.maxImageSeqLen);
  if (maxImageSeqLen === baseImageSeqLen) {
    config.refuse('max_image_seq_len', `another number than base_image_seq_len (${baseImageSeqLen})`);
  }
  return {
    numTrainTimesteps: config.integer('num_train_timesteps', base.numTrainTimesteps),
    shift: config.number('shift', base.shift, { above: 0 }),
    useDynamicShifting: config.boolean('use_dynamic_shifting', base.useDynamicShifting),
    baseShift: config.number('base_shift', base.baseShift),
    maxShift: config.number('max_shift', base.maxShift),
    baseImageSeqLen,
    maxImageSeqLen,
    shiftTerminal: config.has('shift_terminal') ? parseShiftTerminal(config) : base.shiftTerminal,
    timeShiftType: config.oneOf('time_shift_type', base.timeShiftType, ['exponential', 'linear']),
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
