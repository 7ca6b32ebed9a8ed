import type { Writable } from 'node:stream';
import type { Request, RequestHandler } from 'express';
import multer from 'multer';
import type { RequestLimits } from '../../../config/settings.js';
import { BLOCK_STORAGE } from './block-storage.js';
import { feedParser } from './feed-parser.js';
import { FIELD_MAX_BYTES, FIELD_NAME_MAX_LENGTH, MAX_TEXT_FIELDS } from './form-limits.js';

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
      fields: MAX_TEXT_FIELDS,
      fieldSize: FIELD_MAX_BYTES,
      fieldNameSize: FIELD_NAME_MAX_LENGTH,
      fieldNestingDepth: 1,
      fieldArrayIndexLimit: 100,
      parts: maxFiles + MAX_TEXT_FIELDS,
      headerPairs: 32,
    },
    streamHandler: (request, parser) => feedParser(request, parser, maxBodyBytes),
  };
  return multer(options).any();
}
