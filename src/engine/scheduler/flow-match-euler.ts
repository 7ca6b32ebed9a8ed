import type { SchedulerConfig } from '../../checkpoint/scheduler-config.js';

/** A schedule of flow matching: the transformer sees `timesteps[i]` and the step goes from `sigmas[i]` to `sigmas[i + 1]`. */
export interface FlowMatchSchedule {
  /** float32 [steps + 1], from the noisiest down to 0. */
  readonly sigmas: Float32Array;
  /** float32 [steps]: what the transformer is told, sigma · numTrainTimesteps / 1000, with both roundings. */
  readonly timesteps: Float32Array;
}

/**
 * The schedule that diffusers' Qwen-Image pipelines make with FlowMatchEulerDiscreteScheduler, in its precisions: mu in
 * double, everything on the sigmas in float32.
 *
 * @param imageSeqLen The target's tokens: the shift depends on them alone.
 * Source: diffusers' `calculate_shift` and `FlowMatchEulerDiscreteScheduler.set_timesteps`.
 */
export function flowMatchSchedule(
  config: SchedulerConfig,
  numInferenceSteps: number,
  imageSeqLen: number,
): FlowMatchSchedule {
  const sigmas = flowMatchSigmas(config, numInferenceSteps, imageSeqLen);
  const timesteps = sigmas
    .subarray(0, numInferenceSteps)
    .map((sigma) => Math.fround(sigma * config.numTrainTimesteps) / 1000);
  return { sigmas, timesteps };
}

/** The schedule's sigmas: float32 [numInferenceSteps + 1], the last is 0. */
function flowMatchSigmas(config: SchedulerConfig, numInferenceSteps: number, imageSeqLen: number): Float32Array {
  const sigmas = new Float32Array(numInferenceSteps + 1);
  const shifted = sigmas.subarray(0, numInferenceSteps);
  shifted.set(linspaceToOneStep(numInferenceSteps));
  if (config.useDynamicShifting) {
    shiftByResolution(shifted, calculateShift(config, imageSeqLen), config.timeShiftType);
  } else {
    shiftStatically(shifted, config.shift);
  }
  if (config.shiftTerminal && numInferenceSteps > 1) stretchToTerminal(shifted, config.shiftTerminal);
  return sigmas;
}

/** mu: linear in the target's tokens. */
function calculateShift(config: SchedulerConfig, imageSeqLen: number): number {
  const slope = (config.maxShift - config.baseShift) / (config.maxImageSeqLen - config.baseImageSeqLen);
  return imageSeqLen * slope + (config.baseShift - slope * config.baseImageSeqLen);
}

/** numpy's linspace(1, 1/steps, steps), in double. */
function linspaceToOneStep(steps: number): number[] {
  const last = 1 / steps;
  const difference = (last - 1) / (steps - 1);
  return Array.from({ length: steps }, (_, index) => {
    if (index === 0) return 1;
    return index === steps - 1 ? last : index * difference + 1;
  });
}

function shiftByResolution(sigmas: Float32Array, mu: number, type: SchedulerConfig['timeShiftType']): void {
  const weight = Math.fround(type === 'exponential' ? Math.exp(mu) : mu);
  for (const [index, sigma] of sigmas.entries()) {
    const odds = Math.fround(Math.fround(1 / sigma) - 1);
    sigmas[index] = weight / Math.fround(weight + odds);
  }
}

function shiftStatically(sigmas: Float32Array, shift: number): void {
  const weight = Math.fround(shift);
  const excess = Math.fround(shift - 1);
  for (const [index, sigma] of sigmas.entries()) {
    sigmas[index] = Math.fround(weight * sigma) / Math.fround(1 + Math.fround(excess * sigma));
  }
}

/**
 * Stretches the sigmas so that the last is `terminal`. A schedule of one step has nothing to stretch: its only sigma is 1,
 * or beside it by a rounding of the static shift. diffusers divides zero by zero there and makes a black picture.
 */
function stretchToTerminal(sigmas: Float32Array, terminal: number): void {
  const lastComplement = Math.fround(1 - (sigmas.at(-1) ?? 1));
  const scale = Math.fround(lastComplement / Math.fround(1 - terminal));
  for (const [index, sigma] of sigmas.entries()) {
    sigmas[index] = 1 - Math.fround(Math.fround(1 - sigma) / scale);
  }
}
