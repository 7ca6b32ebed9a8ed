import { Inject, Injectable } from '@nestjs/common';
import { limitsConfig } from '../../../config/namespaces.js';
import type { RequestLimits } from '../../../config/settings.js';
import { type ApiError, invalidInput, tooLarge } from '../../../http/errors/api-error.js';
import { inMegabytes } from '../../../program/megabytes.js';
import { EDIT_CANCELLED, EditError } from '../../../protocol/edit-error.js';
import type { HeldBytes } from '../../budget/byte-budget.service.js';
import type { FormFile } from '../../fields/form-input.js';
import { FetchError } from './fetch-error.js';
import { checkUrl, FETCH_RULES, type FetchRules } from './fetch-rules.js';
import { fetchUrl } from './fetch-url.js';

/** For all pictures of a request together, redirects included. */
const FETCH_SECONDS = 10;

/** Fetches the pictures of which a request gives the URL, from the hosts of IMAGE_URL_HOSTS and no others. */
@Injectable()
export class RemotePictures {
  constructor(
    @Inject(FETCH_RULES) private readonly rules: FetchRules,
    @Inject(limitsConfig.KEY) private readonly limits: Pick<RequestLimits, 'maxFileBytes'>,
  ) {}

  /**
   * An address from which a picture may be fetched; nothing is asked for yet.
   * @throws FetchError
   */
  check(text: string): URL {
    return checkUrl(text, this.rules);
  }

  /**
   * Fills the files that are yet to be fetched, all at once.
   * @param held counts what comes
   * @param gone the client waits no longer
   * @throws ApiError 400 and 413 that name the first file at fault, EditError when no more can be held
   */
  async fetch(files: readonly FormFile[], held: HeldBytes, gone: AbortSignal): Promise<void> {
    const failed = new AbortController();
    const timeout = AbortSignal.timeout(FETCH_SECONDS * 1000);
    const signal = AbortSignal.any([gone, failed.signal, timeout]);
    const fetchOne = async ({ url, place = '', content }: FormFile): Promise<void> => {
      if (url === undefined) return;
      const take = (piece: Buffer): void => {
        held.add(piece.length);
        content.append(piece);
      };
      try {
        await fetchUrl(url, this.rules, take, { maxBytes: this.limits.maxFileBytes, signal });
      } catch (error) {
        if (gone.aborted) throw new EditError('cancelled', `${EDIT_CANCELLED}: its client has gone`);
        if (timeout.aborted) throw invalidInput(`${place} could not be fetched within ${FETCH_SECONDS} seconds`, place);
        throw error instanceof FetchError ? this.fault(error, place) : error;
      }
    };
    try {
      await Promise.all(files.map(fetchOne));
    } finally {
      failed.abort();
    }
  }

  private fault({ message, isTooLarge }: FetchError, place: string): ApiError {
    if (!isTooLarge) return invalidInput(`${place} ${message}`, place);
    return tooLarge(`${place} is larger than ${inMegabytes(this.limits.maxFileBytes)} (MAX_FILE_MB)`, place);
  }
}
