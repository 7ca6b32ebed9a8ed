import { Module } from '@nestjs/common';
import { AuthModule } from '../../auth/auth.module.js';
import { InferenceModule } from '../../inference/inference.module.js';
import { JobsModule } from '../../jobs/jobs.module.js';
import { EditJobsController } from './edit-jobs.controller.js';
import { EditsController } from './edits.controller.js';
import { EditsService } from '../edits.service.js';
import { EditAdmission } from './admission/edit-admission.service.js';
import { InputPictures } from '../decoding/input-pictures.service.js';
import { UploadBudget } from './upload/upload-budget.service.js';
import { UploadReader } from './upload/upload-reader.service.js';

@Module({
  imports: [AuthModule, InferenceModule, JobsModule],
  controllers: [EditsController, EditJobsController],
  providers: [EditAdmission, EditsService, InputPictures, UploadBudget, UploadReader],
})
export class EditsModule {}
