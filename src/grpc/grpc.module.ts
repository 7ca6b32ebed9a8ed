import { type DynamicModule, Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import type { GrpcSettings } from '../config/settings.js';
import { EditsModule } from '../edits/edits.module.js';
import { InferenceModule } from '../inference/inference.module.js';
import { ModelListModule } from '../model-list/model-list.module.js';
import { CallAdmission } from './calls/call-admission.service.js';
import { CallInterceptor } from './calls/call-interceptor.service.js';
import { CallRecord } from './calls/call-record.service.js';
import { GrpcKeyGuard } from './calls/grpc-key.guard.js';
import { EditCalls } from './edits/edit-calls.service.js';
import { CallErrors } from './errors/call-errors.service.js';
import { HealthStatus } from './health/health-status.service.js';
import { GRPC_SETTINGS, GrpcServer } from './server/grpc-server.service.js';

export { GrpcServer };

/** The same service over gRPC. What it needs is loaded only where it is wanted: see serve. */
@Module({})
export class GrpcModule {
  static register(settings: GrpcSettings): DynamicModule {
    return {
      module: GrpcModule,
      imports: [AuthModule, EditsModule, InferenceModule, ModelListModule],
      providers: [
        { provide: GRPC_SETTINGS, useValue: settings },
        CallAdmission,
        CallErrors,
        CallInterceptor,
        CallRecord,
        EditCalls,
        GrpcKeyGuard,
        GrpcServer,
        HealthStatus,
      ],
    };
  }
}
