import { Controller, Get, HttpStatus, Res, ServiceUnavailableException } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import { HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import type { Response } from 'express';
import { Public } from '../auth/public.decorator.js';
import { ApiErrors } from '../http/errors/api-errors.decorator.js';
import { PACKAGE_VERSION } from '../program/program-files.js';
import { ServedModel } from '../inference/served-model.js';
import { EnginesHealthIndicator } from './engines-health-indicator.service.js';
import { HealthDto, NotReadyDto, ReadyDto } from './health.dto.js';
import { ModelHealthIndicator } from './model-health-indicator.service.js';

@ApiTags('health')
@Public()
@Controller()
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicator: ModelHealthIndicator,
    private readonly engines: EnginesHealthIndicator,
    private readonly model: ServedModel,
  ) {}

  @Get('health')
  @ApiOperation({ operationId: 'getHealth', summary: 'Liveness: the process answers; never waits for the model' })
  @ApiOkResponse({ type: HealthDto })
  @ApiErrors('INVALID_INPUT')
  live(): HealthDto {
    return new HealthDto(PACKAGE_VERSION);
  }

  @Get('ready')
  @ApiOperation({
    operationId: 'getReadiness',
    summary: 'Readiness: an engine has loaded the model; details tell of each engine',
  })
  @ApiOkResponse({ type: ReadyDto })
  @ApiErrors('INVALID_INPUT')
  @ApiServiceUnavailableResponse({ type: NotReadyDto })
  async ready(@Res({ passthrough: true }) response: Response): Promise<ReadyDto | NotReadyDto> {
    const { details } = await this.runChecks();
    const { state } = this.model;
    if (state.status === 'ready') return { status: 'ready', details };
    response.status(HttpStatus.SERVICE_UNAVAILABLE);
    response.setHeader('Retry-After', state.retryAfterSeconds);
    return { status: 'not_ready', reason: state.reason, details };
  }

  /** Terminus throws a failed check's result; both kinds are wanted here. */
  private async runChecks(): Promise<HealthCheckResult> {
    try {
      return await this.health.check([() => this.indicator.check(), ...this.engines.checks()]);
    } catch (error) {
      if (error instanceof ServiceUnavailableException) return error.getResponse() as HealthCheckResult;
      throw error;
    }
  }
}
