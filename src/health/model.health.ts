import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { EngineSupervisor } from '../inference/engine-supervisor.service.js';

/** Terminus indicator `model`: up when the engine has loaded the checkpoint. */
@Injectable()
export class ModelHealthIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly engine: EngineSupervisor,
  ) {}

  check(): HealthIndicatorResult<'model'> {
    const indicator = this.indicators.check('model');
    const { state } = this.engine;
    if (state.status !== 'ready') return indicator.down({ state: state.status, message: state.reason });
    const { id, pipelineClass, device, precision } = state.model;
    return indicator.up({ state: state.status, id, pipelineClass, device, precision });
  }
}
