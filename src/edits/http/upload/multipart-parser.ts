import type { Writable } from 'node:stream';
import type { Request, RequestHandler } from 'express';
import multer from 'multer';
import type { RequestLimits } from '../../../config/settings.js';
import { MEGABYTE } from '../../../program/megabytes.js';
import { BLOCK_STORAGE } from './block-storage.js';
import { feedParser } from './feed-parser.js';

/** Of one text field. */
export const FIELD_MAX_BYTES = MEGABYTE;

/** multer 2.5's options that its types don't know yet. */
type MulterOptions = multer.Options & {
  readonly limits: multer.Options['limits'] & { readonly fieldArrayIndexLimit: number };
  readonly streamHandler: (request: Request, parser: Writable) => void;
};

/**
 * multer, within limits on every count and size in a body: one for all requests. What is a request's own it finds in the
 * request's RunningUpload.
 */
export function multipartParser({ maxFiles, maxFileBytes, maxBodyBytes }: RequestLimits): RequestHandler {
  const options: MulterOptions = {
    storage: BLOCK_STORAGE,
    defParamCharset: 'utf8',
    limits: {
      files: maxFiles,
      fileSize: maxFileBytes,
      fields: 64,
      fieldSize: FIELD_MAX_BYTES,
      fieldNameSize: 100,
      fieldNestingDepth: 1,
      fieldArrayIndexLimit: 100,
      parts: maxFiles + 64,
      headerPairs: 32,
    },
    streamHandler: (request, parser) => feedParser(request, parser, maxBodyBytes),
  };
  return multer(options).any();
}
