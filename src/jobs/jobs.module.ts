import { Module } from '@nestjs/common';
import { InferenceModule } from '../inference/inference.module.js';
import { InMemoryJobQueue } from './in-memory/in-memory-job-queue.service.js';
import { InMemoryResultStore } from './in-memory/in-memory-result-store.service.js';
import { JobQueue } from './job-queue.js';
import { PictureEncoder } from './worker/picture-encoder.service.js';
import { ResultStore } from './result-store.js';

@Module({
  imports: [InferenceModule],
  providers: [
    PictureEncoder,
    { provide: ResultStore, useClass: InMemoryResultStore },
    { provide: JobQueue, useClass: InMemoryJobQueue },
  ],
  exports: [JobQueue],
})
export class JobsModule {}
