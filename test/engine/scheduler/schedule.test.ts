import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { ConfigReader } from '../../../src/checkpoint/config-reader.js';
import { lightningSettings } from '../../../src/checkpoint/lora/lightning.js';
import { parseLoraSettings } from '../../../src/checkpoint/lora/lora-settings.js';
import type { SchedulerConfig } from '../../../src/checkpoint/scheduler-config.js';
import { flowMatchSchedule } from '../../../src/engine/scheduler/flow-match-euler.js';
import { goldenFile } from '../../support/fixtures.js';
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
  const { cases: shared } = JSON.parse(readFileSync(goldenFile('shared', 'schedules.json'), 'utf8')) as {
    cases: { config: string; steps: number; tokens: number; sigmas: number[] }[];
  };
  const lightning = shared.filter(({ config }) => config === 'lightning');

  test.each(cases)(
    'is diffusers’ to the bit: $steps steps, $tokens tokens',
    ({ config, steps, tokens, ...expected }) => {
      const { sigmas, timesteps } = flowMatchSchedule(toConfig(config), steps, tokens);
      expect(maxDifference(sigmas, floats(expected.sigmas))).toBe(0);
      expect(maxDifference(timesteps, floats(expected.timesteps))).toBe(0);
    },
  );

  test.each([1, 2, 4, 8, 50])('what Lightning brings is diffusers’ schedule of it to the bit: %i steps', (steps) => {
    const known = new ConfigReader('', lightningSettings('Qwen-Image-Lightning-4steps-V1.0') ?? {});
    const other = cases[0]?.config;
    if (other === undefined) throw new Error('no cases');
    const { scheduler } = parseLoraSettings(known, toConfig(other));
    if (scheduler === null) throw new Error('Lightning brings no schedule');
    const own = lightning.filter((item) => item.steps === steps);
    expect(own.map(({ tokens }) => tokens)).toEqual([16, 4096]);
    for (const { tokens, sigmas } of own) {
      const made = flowMatchSchedule(scheduler, steps, tokens).sigmas;
      expect(maxDifference(made, Float32Array.from(sigmas))).toBe(0);
    }
  });

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
