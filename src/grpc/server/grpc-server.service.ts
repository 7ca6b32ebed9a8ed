import { setTimeout as pause } from 'node:timers/promises';
import { Server } from '@grpc/grpc-js';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { limitsConfig } from '../../config/namespaces.js';
import type { GrpcSettings } from '../../config/settings.js';
import { ModelList } from '../../model-list/model-list.service.js';
import { CallInterceptor } from '../calls/call-interceptor.service.js';
import { CallRecord } from '../calls/call-record.service.js';
import { streaming, unary } from '../calls/handlers.js';
import { EditCalls } from '../edits/edit-calls.service.js';
import { CallErrors } from '../errors/call-errors.service.js';
import { HealthStatus } from '../health/health-status.service.js';
import { modelMessage } from '../models/model-message.js';
import { withCheckedMessages } from '../proto/checked-messages.js';
import type { CancelJobRequest, EditRequest, GetJobRequest, WatchJobRequest } from '../proto/messages.js';
import { IMAGE_EDITS, PROTO, serviceOf } from '../proto/proto-files.js';
import { addReflection } from './reflection.js';
import { serverCredentials } from './server-credentials.js';

/** Under this the module provides the settings. */
export const GRPC_SETTINGS = Symbol('gRPC settings');

/** A connection on which nobody answers for so long is closed. */
const KEEP_ALIVE_MILLISECONDS = 60_000;
const KEEP_ALIVE_TIMEOUT_MILLISECONDS = 20_000;
const CHECK_MILLISECONDS = 20;

/** The gRPC server of this process. */
@Injectable()
export class GrpcServer implements OnApplicationShutdown {
  private readonly server: Server;

  constructor(
    @Inject(GRPC_SETTINGS) private readonly settings: GrpcSettings,
    @Inject(limitsConfig.KEY) limits: ConfigType<typeof limitsConfig>,
    interceptor: CallInterceptor,
    private readonly record: CallRecord,
    private readonly health: HealthStatus,
    errors: CallErrors,
    edits: EditCalls,
    models: ModelList,
  ) {
    this.server = new Server({
      interceptors: [interceptor.intercept],
      'grpc.max_receive_message_length': limits.maxBodyBytes,
      'grpc.max_send_message_length': -1,
      'grpc.keepalive_time_ms': KEEP_ALIVE_MILLISECONDS,
      'grpc.keepalive_timeout_ms': KEEP_ALIVE_TIMEOUT_MILLISECONDS,
    });
    this.server.addService(withCheckedMessages(serviceOf(PROTO, IMAGE_EDITS)), {
      Edit: streaming(errors, (request: EditRequest, call) => edits.edit(request, call)),
      WatchJob: streaming(errors, (request: WatchJobRequest, call) => edits.watch(request, call)),
      GetJob: unary(errors, (request: GetJobRequest, call) => edits.get(request, call)),
      CancelJob: unary(errors, (request: CancelJobRequest, call) => edits.cancel(request, call)),
      ListModels: unary(errors, () => ({ models: models.all().map(modelMessage) })),
    });
    health.addTo(this.server);
    addReflection(this.server);
  }

  /**
   * @returns where it listens
   * @throws Error in words for the operator
   */
  async listen(): Promise<string> {
    const { host, port, tls } = this.settings;
    const credentials = serverCredentials(tls);
    const name = host.includes(':') ? `[${host}]` : host;
    const bound = await new Promise<number>((resolve, reject) => {
      this.server.bindAsync(`${name}:${port}`, credentials, (error, boundPort) => {
        if (error === null) resolve(boundPort);
        else reject(new Error(`Can't listen for gRPC on ${name}:${port}: ${error.message}`));
      });
    });
    return `${name}:${bound}`;
  }

  /** From now on nothing new is taken; calls that run go on. */
  drain(): void {
    this.health.drain();
  }

  /** Resolves when every call is answered, or after that many seconds. */
  async done(seconds: number): Promise<void> {
    const end = performance.now() + seconds * 1000;
    while (this.record.running > 0 && performance.now() < end) await pause(CHECK_MILLISECONDS);
  }

  onApplicationShutdown(): void {
    this.server.forceShutdown();
  }
}
