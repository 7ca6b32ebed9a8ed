import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { Request, Response } from 'express';
import { limitsConfig } from '../../../config/namespaces.js';
import { onClose } from '../../../http/on-close.js';
import { continueBody } from '../../../http/unread-body.js';
import { ByteBudget, type HeldBytes } from '../../budget/byte-budget.service.js';
import type { FormInput } from '../../fields/form-input.js';
import { checkBodyHeaders } from './check-body-headers.js';
import { JsonBodies } from './json/json-bodies.service.js';
import { readMultipart } from './read-multipart.js';
import { receiveBody } from './receive-body.js';

/** An upload whose bytes count among those that the service holds, until its answer is over. */
export interface HeldUpload extends FormInput {
  /** Counts what its files hold, and what is yet to be fetched into them. */
  readonly held: HeldBytes;
  /** To be called when the files were handed over and are held here no longer. */
  readonly filesAreGone: () => void;
}

/** Reads a body into memory: a form of multipart, or of JSON. */
@Injectable()
export class UploadReader {
  constructor(
    @Inject(limitsConfig.KEY) private readonly limits: ConfigType<typeof limitsConfig>,
    private readonly budget: ByteBudget,
    private readonly json: JsonBodies,
  ) {}

  /** @throws ApiError 400, 408, 413 or 415, EditError busy; also when the client leaves in the middle */
  async read(request: Request, response: Response): Promise<HeldUpload> {
    const { type, announcedBytes } = checkBodyHeaders(request.headers, this.limits);
    this.budget.checkRoom(announcedBytes);
    const held = this.budget.hold();
    onClose(response, () => held.release());
    continueBody(request, response);
    const input = await (type === 'json' ? this.readJson(request, held) : readMultipart(request, held, this.limits));
    return { ...input, held, filesAreGone: () => held.remove(fileBytes(input)) };
  }

  private async readJson(request: Request, held: HeldBytes): Promise<FormInput> {
    const body = await receiveBody(request, { ...this.limits, held });
    const input = await held.during(this.json.read(body));
    // The text is gone, and was no shorter than what came of it.
    held.remove(body.length);
    held.add(fileBytes(input) + textBytes(input));
    return input;
  }
}

function fileBytes({ files }: FormInput): number {
  return files.reduce((sum, { content }) => sum + content.length, 0);
}

function textBytes({ texts }: FormInput): number {
  return [...texts.values()].reduce<number>(
    (sum, text) => sum + (typeof text === 'string' ? Buffer.byteLength(text) : 0),
    0,
  );
}
