import { Module } from '@nestjs/common';
import { InferenceModule } from '../inference/inference.module.js';
import { InMemoryJobQueue } from './in-memory-job-queue.js';
import { JobQueue } from './job-queue.js';

@Module({
  imports: [InferenceModule],
  providers: [{ provide: JobQueue, useClass: InMemoryJobQueue }],
  exports: [JobQueue],
})
export class JobsModule {}
