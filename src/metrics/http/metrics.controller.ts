import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Public } from '../../auth/public.decorator.js';
import { ApiErrors } from '../../http/errors/api-errors.decorator.js';
import { Metrics } from '../metrics.service.js';

@ApiTags('health')
@Public()
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @ApiOperation({
    operationId: 'getMetrics',
    summary: "Figures for Prometheus, in its text format; each explains itself in its '# HELP' line",
  })
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string' } } } })
  @ApiErrors('INVALID_INPUT')
  async scrape(@Res({ passthrough: true }) response: Response): Promise<string> {
    const { text, type } = await this.metrics.text();
    response.setHeader('Content-Type', type);
    return text;
  }
}
