import { type CanActivate, Injectable } from '@nestjs/common';
import { modelNotReady } from '../errors/api-error.js';
import { EngineSupervisor } from './engine-supervisor.service.js';

/** Turns requests away while there is no model to serve them. */
@Injectable()
export class ReadinessGuard implements CanActivate {
  constructor(private readonly engine: EngineSupervisor) {}

  canActivate(): boolean {
    const { state } = this.engine;
    if (state.status !== 'ready') throw modelNotReady(state.retryAfterSeconds);
    return true;
  }
}
