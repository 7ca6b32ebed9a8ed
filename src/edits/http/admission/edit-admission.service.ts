import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { Request, Response } from 'express';
import { ApiKey } from '../../../auth/api-key.service.js';
import { checkKey } from '../../../auth/require-key.js';
import { jobsConfig } from '../../../config/namespaces.js';
import { onClose } from '../../../http/on-close.js';
import { ServedModel } from '../../../inference/served-model.js';
import { JobQueue, type Reservation } from '../../../jobs/job-queue.js';
import { editIntent } from './edit-intent.js';
import { UploadReservation } from './upload-reservation.js';

const places = new WeakMap<Request, UploadReservation>();

/** Lets an edit in only when there is a model and room for its job, before its body is read; the place is kept for a while. */
@Injectable()
export class EditAdmission {
  constructor(
    private readonly apiKey: ApiKey,
    private readonly model: ServedModel,
    private readonly queue: JobQueue,
    @Inject(jobsConfig.KEY) private readonly jobs: ConfigType<typeof jobsConfig>,
  ) {}

  /** @throws ApiError 401, EditError unavailable, ApiError 400 for the headers, EditError busy; in this order */
  async admit(request: Request, response: Response): Promise<void> {
    checkKey(this.apiKey, request);
    this.model.ready();
    const reserve = (): Promise<Reservation | null> => this.placeFor(request);
    const place = new UploadReservation(await reserve(), reserve);
    places.set(request, place);
    onClose(response, () => place.release());
  }

  /** A request that names a job that is there needs none. */
  private async placeFor(request: Request): Promise<Reservation | null> {
    const { isAsync, idempotencyKey } = editIntent(request);
    if (idempotencyKey !== null && (await this.queue.isNamed(idempotencyKey))) return null;
    const { jobTimeoutSeconds, requestTimeoutSeconds } = this.jobs;
    return this.queue.reserve(isAsync ? jobTimeoutSeconds : requestTimeoutSeconds);
  }
}

/**
 * The place of a request that EditAdmission has let in, now that its body is read.
 * @throws ApiError 429 when that took so long that the place was given up, and there is no other
 */
export function claimReservation(request: Request): Promise<Reservation> {
  const place = places.get(request);
  if (place === undefined) throw new Error('EditAdmission has not seen this request');
  return place.claim();
}
