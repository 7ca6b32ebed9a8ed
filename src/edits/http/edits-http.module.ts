import { Module } from '@nestjs/common';
import { AuthModule } from '../../auth/auth.module.js';
import { InferenceModule } from '../../inference/inference.module.js';
import { JobsModule } from '../../jobs/jobs.module.js';
import { EditsModule } from '../edits.module.js';
import { EditAdmission } from './admission/edit-admission.service.js';
import { EditJobsController } from './edit-jobs.controller.js';
import { EditsController } from './edits.controller.js';
import { UploadReader } from './upload/upload-reader.service.js';

/** POST /v1/images/edits, and the jobs below it. */
@Module({
  imports: [AuthModule, InferenceModule, JobsModule, EditsModule],
  controllers: [EditsController, EditJobsController],
  providers: [EditAdmission, UploadReader],
})
export class EditsHttpModule {}
