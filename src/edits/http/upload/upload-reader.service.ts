import type { Writable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { Request, Response } from 'express';
import multer from 'multer';
import { limitsConfig } from '../../../config/namespaces.js';
import { ApiError, invalidInput, tooLarge } from '../../../http/errors/api-error.js';
import { continueBody } from '../../../http/unread-body.js';
import { onClose } from '../../../http/on-close.js';
import type { HeldUpload } from './upload.js';
import { UploadBudget } from './upload-budget.service.js';
import { BlockStorage } from './block-storage.js';
import { watchPace } from './slow-body.js';
import { uploadError } from './upload-error.js';

const FIELD_BYTES = 1024 * 1024;
const MEGABYTE = 1024 * 1024;

/** multer 2.5's options that its types don't know yet. */
type MulterOptions = multer.Options & {
  readonly limits: multer.Options['limits'] & { readonly fieldArrayIndexLimit: number };
  readonly streamHandler: (request: Request, parser: Writable) => void;
};

/** Reads a multipart body into memory, within limits on every count and size in it. */
@Injectable()
export class UploadReader {
  constructor(
    @Inject(limitsConfig.KEY) private readonly limits: ConfigType<typeof limitsConfig>,
    private readonly budget: UploadBudget,
  ) {}

  /** @throws ApiError 400, 413, 415 or 429; also when the client leaves in the middle */
  async read(request: Request, response: Response): Promise<HeldUpload> {
    const { limits } = this;
    this.checkHeaders(request);
    this.budget.checkRoom(Number(request.headers['content-length'] ?? 0));
    const held = this.budget.hold();
    onClose(response, () => held.release());
    continueBody(request, response);
    const storage = new BlockStorage();
    await new Promise<void>((resolve, reject) => {
      const options: MulterOptions = {
        storage,
        defParamCharset: 'utf8',
        limits: {
          files: limits.maxFiles,
          fileSize: limits.maxFileBytes,
          fields: 64,
          fieldSize: FIELD_BYTES,
          fieldNameSize: 100,
          fieldNestingDepth: 1,
          fieldArrayIndexLimit: 100,
          parts: limits.maxFiles + 64,
          headerPairs: 32,
        },
        streamHandler: (_request, parser) => {
          let receivedBytes = 0;
          const count = (chunk: Buffer): void => {
            receivedBytes += chunk.length;
            try {
              if (receivedBytes > limits.maxBodyBytes) throw this.bodyTooLarge();
              held.add(chunk.length);
            } catch (error) {
              // The rest is thrown away as it comes.
              request.off('data', count);
              request.unpipe(parser);
              reject(error instanceof Error ? error : new Error(String(error)));
            }
          };
          request.on('data', count);
          watchPace(request, () => {
            request.unpipe(parser);
            reject(new ApiError('REQUEST_INCOMPLETE', 'The request body arrives too slowly'));
          });
          request.pipe(parser);
        },
      };
      multer(options).any()(request, response, (error: unknown) => {
        if (error === undefined || error === null) resolve();
        else reject(uploadError(error, limits));
      });
    });
    const { files } = storage;
    return {
      texts: new Map(Object.entries(request.body as Record<string, unknown>)),
      files,
      filesAreGone: () => held.remove(files.reduce((sum, { content }) => sum + content.length, 0)),
    };
  }

  private checkHeaders(request: Request): void {
    const contentType = request.headers['content-type'] ?? '';
    if (!/^multipart\/form-data\s*(;|$)/i.test(contentType)) {
      throw new ApiError('UNSUPPORTED_MEDIA_TYPE', 'Content-Type must be multipart/form-data');
    }
    if (!/;\s*boundary=("[^"]+"|[^\s;"]+)/i.test(contentType)) {
      throw invalidInput('The Content-Type header names no multipart boundary');
    }
    const encoding = request.headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity') throw new ApiError('UNSUPPORTED_MEDIA_TYPE', 'Content-Encoding is not supported');
    const length = request.headers['content-length'];
    if (length === undefined && request.headers['transfer-encoding'] === undefined) {
      throw invalidInput('The request has no body');
    }
    if (Number(length ?? 0) > this.limits.maxBodyBytes) throw this.bodyTooLarge();
  }

  private bodyTooLarge(): ApiError {
    return tooLarge(`The request body is larger than ${this.limits.maxBodyBytes / MEGABYTE} MB (MAX_BODY_MB)`);
  }
}
