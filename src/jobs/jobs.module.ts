import { Module } from '@nestjs/common';
import { InferenceModule } from '../inference/inference.module.js';
import { InMemoryJobQueue } from './in-memory/in-memory-job-queue.js';
import { InMemoryResultStore } from './in-memory/in-memory-result-store.js';
import { JobQueue } from './job-queue.js';
import { PictureEncoder } from './picture-encoder.js';
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
