import { Module } from '@nestjs/common';
import { MetricsModule } from '../metrics.module.js';
import { MetricsController } from './metrics.controller.js';

/** GET /metrics. */
@Module({ imports: [MetricsModule], controllers: [MetricsController] })
export class MetricsHttpModule {}
