import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Settings } from '../../config/settings.js';
import { queueFull } from '../../errors/api-error.js';
import { onClose } from '../../http/on-close.js';
import { JobQueue, type Place } from '../../jobs/job-queue.js';
import { QueueFull } from '../../jobs/queue-full.js';
import { editIntent } from './edit-intent.js';

const places = new WeakMap<Request, Place>();
/** A request that names a job that is there takes none. */
const NO_PLACE: Place = { release: () => undefined };

/** Lets a request in only when there is room for its job, before its body is read; the place is kept meanwhile. */
@Injectable()
export class QueuePlaceGuard implements CanActivate {
  constructor(
    private readonly queue: JobQueue,
    private readonly settings: Settings,
  ) {}

  /** @throws ApiError 429 */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const place = await this.placeFor(request);
    places.set(request, place);
    onClose(http.getResponse<Response>(), () => place.release());
    return true;
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

/** The place that QueuePlaceGuard has kept for this request. */
export function placeOf(request: Request): Place {
  const place = places.get(request);
  if (place === undefined) throw new Error('QueuePlaceGuard has not run on this route');
  return place;
}
