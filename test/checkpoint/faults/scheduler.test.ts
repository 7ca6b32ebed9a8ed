import { describe } from '@jest/globals';
import { type Fault, set, testFaults } from '../../support/checkpoint-faults.js';

const SCHEDULER = 'scheduler/scheduler_config.json';
const SCHEDULER_FAULTS: readonly Fault[] = [
  ['a missing file', (checkpoint) => checkpoint.delete(SCHEDULER), `${SCHEDULER} is missing`],
  [
    'another class',
    set(SCHEDULER, { _class_name: 'EulerDiscreteScheduler' }),
    `${SCHEDULER}: _class_name is "EulerDiscreteScheduler"; only "FlowMatchEulerDiscreteScheduler" is supported`,
  ],
  ...['invert_sigmas', 'stochastic_sampling', 'use_karras_sigmas', 'use_exponential_sigmas', 'use_beta_sigmas'].map(
    (key): Fault => [key, set(SCHEDULER, { [key]: true }), `${SCHEDULER}: ${key} is true; only false is supported`],
  ),
  [
    'another kind of time shift',
    set(SCHEDULER, { time_shift_type: 'cosine' }),
    `${SCHEDULER}: time_shift_type is "cosine"; only "exponential" or "linear" is supported`,
  ],
  [
    'a shift that is a text',
    set(SCHEDULER, { shift: '3.0' }),
    `${SCHEDULER}: shift is "3.0", expected a number above 0`,
  ],
  ['no base shift', set(SCHEDULER, { base_shift: null }), `${SCHEDULER}: base_shift is null, expected a number`],
  [
    'a terminal beyond the schedule',
    set(SCHEDULER, { shift_terminal: 1 }),
    `${SCHEDULER}: shift_terminal is 1, expected null or a number below 1`,
  ],
  [
    'equal sequence lengths',
    set(SCHEDULER, { max_image_seq_len: 256 }),
    `${SCHEDULER}: max_image_seq_len is 256, expected another number than base_image_seq_len (256)`,
  ],
];

describe('faults of the scheduler’s config', () => testFaults(SCHEDULER_FAULTS));
