import { type Metadata, ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { limitsConfig } from '../../config/namespaces.js';
import { ApiError } from '../../http/errors/api-error.js';
import { watchForSlowBody } from '../../http/slow-body.js';
import { CallErrors } from '../errors/call-errors.service.js';
import { CallAdmission, isUpload } from './call-admission.service.js';
import { CallRecord } from './call-record.service.js';
import { closeSoon, streamOf, widenWindow } from './call-stream.js';
import { GrpcCall } from './grpc-call.js';
import { watchMessages } from './watch-messages.js';

const REQUEST_ID = 'x-request-id';

/** What every call passes, whichever service it is for: it is recorded, let in or turned away, and its messages are watched. */
@Injectable()
export class CallInterceptor {
  constructor(
    private readonly record: CallRecord,
    private readonly admission: CallAdmission,
    private readonly errors: CallErrors,
    @Inject(limitsConfig.KEY) private readonly limits: ConfigType<typeof limitsConfig>,
  ) {}

  /** To be the first of grpc-js' interceptors. */
  readonly intercept: ServerInterceptor = ({ path }, inner) => {
    let call: GrpcCall | null = null;
    const begin = (metadata: Metadata, pass: (metadata: Metadata) => void): void => {
      const stream = streamOf(inner);
      widenWindow(stream);
      const begun = new GrpcCall(path, metadata, stream, Number(inner.getDeadline()));
      call = begun;
      const fail = (error: unknown): void => {
        outer.sendStatus(this.errors.status(error, begun));
        closeSoon(stream);
      };
      this.record.begin(begun);
      const letIn = async (): Promise<void> => {
        watchMessages(stream, await this.admission.admit(begun), fail);
        if (!isUpload(begun)) return;
        const arriving = { body: stream, name: 'The message', timeoutSeconds: this.limits.uploadTimeoutSeconds };
        watchForSlowBody(arriving, (message) => fail(new ApiError('REQUEST_INCOMPLETE', message)));
      };
      letIn().then(() => pass(metadata), fail);
    };
    const outer = new ServerInterceptingCall(inner, {
      start: (next) => next({ onReceiveMetadata: begin, onCancel: () => call?.end() }),
      sendMetadata: (metadata, next) => {
        if (call !== null) metadata.set(REQUEST_ID, call.id);
        next(metadata);
      },
      sendStatus: (status, next) => {
        if (call === null) {
          next(status);
          return;
        }
        call.status = status.code;
        // An answer that is a status alone has no metadata before it.
        const metadata = status.metadata?.clone();
        metadata?.set(REQUEST_ID, call.id);
        next(metadata === undefined ? status : { ...status, metadata });
      },
    });
    return outer;
  };
}
