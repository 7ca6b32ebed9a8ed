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

const places = new WeakMap<Request, Place>();
/** A request that names a job that is there takes none. */
const NO_PLACE: Place = { release: () => undefined };

/** Lets an edit in only when there is a model and room for its job, before its body is read; the place is kept meanwhile. */
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
    const place = await this.placeFor(request);
    places.set(request, place);
    onClose(response, () => place.release());
  }

  private async placeFor(request: Request): Promise<Place> {
    const { isAsync, idempotencyKey } = editIntent(request);
    if (idempotencyKey !== null && (await this.queue.isNamed(idempotencyKey))) return NO_PLACE;
    const { jobTimeoutSeconds, requestTimeoutSeconds } = this.settings.jobs;
    try {
      return await this.queue.reserve(isAsync ? jobTimeoutSeconds : requestTimeoutSeconds);
    } catch (error) {
      if (error instanceof QueueFull) throw queueFull(error.message, error.retryAfterSeconds);
      throw error;
    }
  }
}

/** The place that EditAdmission has kept for this request. */
export function placeOf(request: Request): Place {
  const place = places.get(request);
  if (place === undefined) throw new Error('EditAdmission has not seen this request');
  return place;
}
