import { Module } from '@nestjs/common';
import { AuthModule } from '../../auth/auth.module.js';
import { remoteConfig } from '../../config/namespaces.js';
import type { RemoteSettings } from '../../config/settings.js';
import { InferenceModule } from '../../inference/inference.module.js';
import { JobsModule } from '../../jobs/jobs.module.js';
import { EditsModule } from '../edits.module.js';
import { EditAdmission } from './admission/edit-admission.service.js';
import { EditJobsController } from './edit-jobs.controller.js';
import { EditsController } from './edits.controller.js';
import { FETCH_RULES, internetRules } from './remote/fetch-rules.js';
import { RemotePictures } from './remote/remote-pictures.service.js';
import { JsonBodies } from './upload/json/json-bodies.service.js';
import { UploadReader } from './upload/upload-reader.service.js';

/** POST /v1/images/edits, and the jobs below it. */
@Module({
  imports: [AuthModule, InferenceModule, JobsModule, EditsModule],
  controllers: [EditsController, EditJobsController],
  providers: [
    EditAdmission,
    UploadReader,
    JsonBodies,
    RemotePictures,
    {
      provide: FETCH_RULES,
      useFactory: ({ imageUrlHosts }: RemoteSettings) => internetRules(imageUrlHosts),
      inject: [remoteConfig.KEY],
    },
  ],
})
export class EditsHttpModule {}
