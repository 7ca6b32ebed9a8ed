import { describe, expect, test } from '@jest/globals';
import type { SchedulerConfig } from '../../../src/checkpoint/scheduler-config.js';
import { flowMatchSchedule } from '../../../src/engine/scheduler/flow-match-euler.js';
import { flag, list, number, object, oneOf, orNull, text } from '../../support/json-shape.js';
import { floats, goldenJson, maxDifference } from '../../support/goldens.js';

const CONFIG = object({
  num_train_timesteps: number,
  shift: number,
  use_dynamic_shifting: flag,
  base_shift: number,
  max_shift: number,
  base_image_seq_len: number,
  max_image_seq_len: number,
  shift_terminal: orNull(number),
  time_shift_type: oneOf('exponential', 'linear'),
});
const CASES = list(object({ config: CONFIG, steps: number, tokens: number, sigmas: text, timesteps: text }));

function toConfig(config: ReturnType<typeof CONFIG>): SchedulerConfig {
  return {
    numTrainTimesteps: config.num_train_timesteps,
    shift: config.shift,
    useDynamicShifting: config.use_dynamic_shifting,
    baseShift: config.base_shift,
    maxShift: config.max_shift,
    baseImageSeqLen: config.base_image_seq_len,
    maxImageSeqLen: config.max_image_seq_len,
    shiftTerminal: config.shift_terminal,
    timeShiftType: config.time_shift_type,
  };
}

describe('flowMatchSchedule', () => {
  const cases = goldenJson('schedules.json', CASES);

  test.each(cases)(
    'is diffusers’ to the bit: $steps steps, $tokens tokens',
    ({ config, steps, tokens, ...expected }) => {
      const { sigmas, timesteps } = flowMatchSchedule(toConfig(config), steps, tokens);
      expect(maxDifference(sigmas, floats(expected.sigmas))).toBe(0);
      expect(maxDifference(timesteps, floats(expected.timesteps))).toBe(0);
    },
  );

  test('one step goes from pure noise to the picture, whatever the terminal shift', () => {
    const config = cases.find(({ steps }) => steps === 1)?.config;
    if (config === undefined) throw new Error('no case of one step');
    expect(config.shift_terminal).toBe(0.02);
    expect([...flowMatchSchedule(toConfig(config), 1, 4096).sigmas]).toEqual([1, 0]);
    // A static shift whose only sigma is rounded beside 1.
    const shifted = { ...toConfig(config), useDynamicShifting: false, shift: 1.18 };
    const [sigma = 0, end] = flowMatchSchedule(shifted, 1, 4096).sigmas;
    expect(sigma).not.toBe(1);
    expect(sigma).toBeCloseTo(1, 6);
    expect(end).toBe(0);
  });
});
