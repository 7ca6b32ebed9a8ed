import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { ServedModel } from '../inference/served-model.js';

/** Terminus indicator `model`: up when the engine has loaded the checkpoint. */
@Injectable()
export class ModelHealthIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly model: ServedModel,
  ) {}

  check(): HealthIndicatorResult<'model'> {
    const indicator = this.indicators.check('model');
    const { state } = this.model;
    if (state.status !== 'ready') return indicator.down({ state: state.status, message: state.reason });
    const { id, pipelineClass, device, precision } = state.model;
    return indicator.up({ state: state.status, id, pipelineClass, device, precision });
  }
}
