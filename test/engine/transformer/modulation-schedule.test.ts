import { expect, test } from '@jest/globals';
import { ModulationSchedule } from '../../../src/engine/transformer/modulation-schedule.js';
import { bfloat16Bits } from '../../../src/graph/bfloat16.js';

const TIMESTEPS = Float32Array.of(1, 0.7, 0.4);
/** So long that 32 steps are made at once. */
const LENGTH = 2 ** 20;
/** More of that length than are kept. */
const MANY_STEPS = 400;

/** Vectors of the timesteps, each of one value, and how many were made at once. */
function maker(length: number): { make: (timesteps: Float32Array) => Promise<Float32Array>; made: number[][] } {
  const made: number[][] = [];
  const make = (timesteps: Float32Array): Promise<Float32Array> => {
    made.push([...timesteps]);
    const all = new Float32Array(timesteps.length * length);
    for (const [index, timestep] of timesteps.entries()) all.fill(timestep, index * length, (index + 1) * length);
    return Promise.resolve(all);
  };
  return { make, made };
}

test.each(['float32', 'bfloat16'] as const)(
  'each step has its vector, packed for a denoiser in %s',
  async (computeType) => {
    const { make } = maker(4);
    const schedule = new ModulationSchedule(TIMESTEPS, 4, true, computeType, make);
    const packed = (value: number): Float32Array | Uint16Array => {
      const values = new Float32Array(4).fill(value);
      return computeType === 'float32' ? values : bfloat16Bits(values);
    };
    for (const [step, timestep] of TIMESTEPS.entries()) {
      const { step: own, references } = await schedule.at(step);
      expect(own).toEqual({ data: packed(timestep), shape: [4] });
      expect(references).toEqual({ data: packed(0), shape: [4] });
    }
  },
);

test('a schedule too large to be kept keeps what is the same in all steps', async () => {
  const { make, made } = maker(LENGTH);
  const timesteps = Float32Array.from({ length: MANY_STEPS }, (_, step) => 1 - step / MANY_STEPS);
  const schedule = new ModulationSchedule(timesteps, LENGTH, true, 'float32', make);
  const first = await schedule.at(0);
  const later = await schedule.at(32);
  expect(later.references?.data.subarray(0, 2)).toEqual(Float32Array.of(0, 0));
  expect(later.references).toBe(first.references);
  expect(made.map((each) => each.length)).toEqual([33, 32]);
});
