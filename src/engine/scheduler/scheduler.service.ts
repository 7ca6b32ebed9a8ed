import { Injectable } from '@nestjs/common';
import type { SchedulerConfig } from '../../checkpoint/scheduler-config.js';
import { flowMatchSchedule, type FlowMatchSchedule } from './flow-match-euler.js';

/** FlowMatchEulerDiscreteScheduler: the noise levels of an edit and the step from one to the next. */
@Injectable()
export class SchedulerService {
  /** @param imageSeqLen tokens of the target alone */
  schedule(config: SchedulerConfig, numInferenceSteps: number, imageSeqLen: number): FlowMatchSchedule {
    return flowMatchSchedule(config, numInferenceSteps, imageSeqLen);
  }

  /**
   * Euler's step along the velocity, in float32: x + (sigma′ − sigma)·v.
   * Source: diffusers' FlowMatchEulerDiscreteScheduler.step.
   * @param latents, velocity float32 of one shape
   */
  step(latents: Float32Array, velocity: Float32Array, sigma: number, nextSigma: number): Float32Array {
    const difference = Math.fround(nextSigma - sigma);
    return latents.map((value, index) => value + Math.fround(difference * (velocity[index] ?? 0)));
  }
}
