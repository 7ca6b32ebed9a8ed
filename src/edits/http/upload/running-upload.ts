import type { Request } from 'express';
import type { HeldBytes } from '../../budget/byte-budget.service.js';
import type { FormFile } from '../../fields/form-input.js';

declare module '../../../http/request-context.js' {
  interface RequestContext {
    upload?: RunningUpload;
  }
}

/** An upload whose body is arriving: what the parts of the parser, which serve all requests, know of this one. */
export interface RunningUpload {
  /** In the order in which they come. */
  readonly files: FormFile[];
  /** The body's bytes. */
  readonly held: HeldBytes;
  /** The reading has failed; what comes of the body from now on is thrown away. */
  readonly fail: (error: unknown) => void;
}

/** The upload that UploadReader has begun for a request. */
export function runningUpload({ context: { upload } }: Request): RunningUpload {
  if (upload === undefined) throw new Error('No upload has begun for this request');
  return upload;
}
