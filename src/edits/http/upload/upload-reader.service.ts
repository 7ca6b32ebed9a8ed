import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { Request, Response } from 'express';
import { limitsConfig } from '../../../config/namespaces.js';
import { onClose } from '../../../http/on-close.js';
import { continueBody } from '../../../http/unread-body.js';
import { ByteBudget } from '../../budget/byte-budget.service.js';
import type { FormInput } from '../../fields/form-input.js';
import { checkBodyHeaders } from './check-body-headers.js';
import { readMultipart } from './read-multipart.js';

/** An upload whose bytes count among those that the service holds, until its answer is over. */
export interface HeldUpload extends FormInput {
  /** To be called when the files were handed over and are held here no longer. */
  readonly filesAreGone: () => void;
}

/** Reads a multipart body into memory. */
@Injectable()
export class UploadReader {
  constructor(
    @Inject(limitsConfig.KEY) private readonly limits: ConfigType<typeof limitsConfig>,
    private readonly budget: ByteBudget,
  ) {}

  /** @throws ApiError 400, 408, 413 or 415, EditError busy; also when the client leaves in the middle */
  async read(request: Request, response: Response): Promise<HeldUpload> {
    this.budget.checkRoom(checkBodyHeaders(request.headers, this.limits));
    const held = this.budget.hold();
    onClose(response, () => held.release());
    continueBody(request, response);
    const { texts, files } = await readMultipart(request, held, this.limits);
    return {
      texts,
      files,
      filesAreGone: () => held.remove(files.reduce((sum, { content }) => sum + content.length, 0)),
    };
  }
}
