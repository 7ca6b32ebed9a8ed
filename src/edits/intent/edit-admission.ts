import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ApiKey } from '../../auth/api-key.js';
import { checkKey } from '../../auth/require-key.js';
import { Settings } from '../../config/settings.js';
import { modelNotReady, queueFull } from '../../errors/api-error.js';
import { onClose } from '../../http/on-close.js';
import { EngineSupervisor } from '../../inference/engine-supervisor.service.js';
import { JobQueue, type Place } from '../../jobs/job-queue.js';
import { QueueFull } from '../../jobs/queue-full.js';
import { editIntent } from './edit-intent.js';
import { UploadPlace } from './upload-place.js';

const places = new WeakMap<Request, UploadPlace>();

/** Lets an edit in only when there is a model and room for its job, before its body is read; the place is kept for a while. */
@Injectable()
export class EditAdmission {
  constructor(
    private readonly apiKey: ApiKey,
    private readonly engine: EngineSupervisor,
    private readonly queue: JobQueue,
    private readonly settings: Settings,
  ) {}

  /** @throws ApiError 401, 503, 400 for the headers, 429; in this order */
  async admit(request: Request, response: Response): Promise<void> {
    checkKey(this.apiKey, request);
    const { state } = this.engine;
    if (state.status !== 'ready') throw modelNotReady(state.retryAfterSeconds);
    const reserve = (): Promise<Place | null> => this.placeFor(request);
    const place = new UploadPlace(await reserve(), reserve);
    places.set(request, place);
    onClose(response, () => place.release());
  }

  /** A request that names a job that is there needs none. */
  private async placeFor(request: Request): Promise<Place | null> {
    const { isAsync, idempotencyKey } = editIntent(request);
    if (idempotencyKey !== null && (await this.queue.isNamed(idempotencyKey))) return null;
    const { jobTimeoutSeconds, requestTimeoutSeconds } = this.settings.jobs;
    try {
      return await this.queue.reserve(isAsync ? jobTimeoutSeconds : requestTimeoutSeconds);
    } catch (error) {
      if (error instanceof QueueFull) throw queueFull(error.message, error.retryAfterSeconds);
      throw error;
    }
  }
}

/**
 * The place of a request that EditAdmission has let in, now that its body is read.
 * @throws ApiError 429 when that took so long that the place was given up, and there is no other
 */
export function claimPlace(request: Request): Promise<Place> {
  const place = places.get(request);
  if (place === undefined) throw new Error('EditAdmission has not seen this request');
  return place.claim();
}
