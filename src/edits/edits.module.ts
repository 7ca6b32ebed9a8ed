import { Module } from '@nestjs/common';
import { DecodingModule } from '../decoding/decoding.module.js';
import { InferenceModule } from '../inference/inference.module.js';
import { JobsModule } from '../jobs/jobs.module.js';
import { JobAdmission } from './admission/job-admission.service.js';
import { ByteBudget } from './budget/byte-budget.service.js';
import { InputPictures } from './decoding/input-pictures.service.js';
import { EditsService } from './edits.service.js';

/** Edits without the way in which they are asked for. */
@Module({
  imports: [DecodingModule, InferenceModule, JobsModule],
  providers: [ByteBudget, EditsService, InputPictures, JobAdmission],
  exports: [ByteBudget, EditsService, JobAdmission],
})
export class EditsModule {}
