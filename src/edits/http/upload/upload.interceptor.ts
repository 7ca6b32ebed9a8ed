import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Observable } from 'rxjs';
import type { HeldUpload } from './upload.js';
import { UploadReader } from './upload-reader.service.js';

const uploads = new WeakMap<Request, HeldUpload>();

/** Reads the body after every guard has let the request pass. */
@Injectable()
export class UploadInterceptor implements NestInterceptor {
  constructor(private readonly reader: UploadReader) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    uploads.set(request, await this.reader.read(request, http.getResponse<Response>()));
    return next.handle();
  }
}

/** What UploadInterceptor has read for this request. */
export function uploadOf(request: Request): HeldUpload {
  const upload = uploads.get(request);
  if (upload === undefined) throw new Error('UploadInterceptor has not run on this route');
  return upload;
}
