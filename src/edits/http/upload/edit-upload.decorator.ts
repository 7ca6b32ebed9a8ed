import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { HeldUpload } from './upload.js';
import { uploadOf } from './upload.interceptor.js';

/** Hands a route the multipart body that UploadInterceptor has read. */
export const EditUpload = createParamDecorator((_data: unknown, context: ExecutionContext): HeldUpload =>
  uploadOf(context.switchToHttp().getRequest<Request>()),
);
