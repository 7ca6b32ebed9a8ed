import { Module } from '@nestjs/common';
import { InferenceModule } from '../inference/inference.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { EditsController } from './edits.controller.js';
import { EditsService } from './edits.service.js';
import { InputPictures } from './intake/input-pictures.service.js';
import { ResultEncoder } from './result-encoder.js';
import { UploadReader } from './upload/upload-reader.js';

@Module({
  imports: [InferenceModule, JobsModule],
  controllers: [EditsController],
  providers: [EditsService, InputPictures, ResultEncoder, UploadReader],
})
export class EditsModule {}
