import { Global, Module } from '@nestjs/common';
import { Metrics } from './metrics.service.js';

/** Lets every module write its figures. */
@Global()
@Module({ providers: [Metrics], exports: [Metrics] })
export class MetricsModule {}
