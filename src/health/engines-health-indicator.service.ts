import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { EnginePool, type EngineStatus } from '../inference/engine-pool.js';

/** Terminus indicators `engine-0`, `engine-1` …: up when that engine can make pictures. */
@Injectable()
export class EnginesHealthIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly pool: EnginePool,
  ) {}

  /** One for each engine that there is now. */
  checks(): (() => HealthIndicatorResult)[] {
    return this.pool.engines.map((engine) => () => this.check(engine));
  }

  private check({ name, state, gpus }: EngineStatus): HealthIndicatorResult {
    const indicator = this.indicators.check(`engine-${name}`);
    if (state.status !== 'ready') return indicator.down({ state: state.status, message: state.reason });
    const { device, precision } = state.model;
    return indicator.up({ state: state.status, device, precision, ...(gpus === null ? {} : { gpus }) });
  }
}
