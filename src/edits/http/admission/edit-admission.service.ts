import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { Request, Response } from 'express';
import { Authenticator } from '../../../auth/authenticator.service.js';
import { jobsConfig } from '../../../config/namespaces.js';
import { onClose } from '../../../http/on-close.js';
import { ServedModel } from '../../../inference/served-model.js';
import { JobQueue, type Reservation } from '../../../jobs/job-queue.js';
import { type EditIntent, editIntent } from './edit-intent.js';
import { UploadReservation } from './upload-reservation.js';

declare module '../../../http/request-context.js' {
  interface RequestContext {
    admittedEdit?: AdmittedEdit;
  }
}

/** A request for an edit that was let in. */
export interface AdmittedEdit {
  readonly intent: EditIntent;
  readonly reservation: UploadReservation;
}

/** Lets an edit in only when there is a model and room for its job, before its body is read; the reservation is kept for a while. */
@Injectable()
export class EditAdmission {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly model: ServedModel,
    private readonly queue: JobQueue,
    @Inject(jobsConfig.KEY) private readonly jobs: ConfigType<typeof jobsConfig>,
  ) {}

  /** @throws ApiError 401, EditError unavailable, ApiError 400 for the headers, EditError busy; in this order */
  async admit(request: Request, response: Response): Promise<void> {
    await this.authenticator.authenticate(request, response);
    this.model.ready();
    const intent = editIntent(request);
    const reserve = (): Promise<Reservation | null> => this.reserve(intent);
    const reservation = new UploadReservation(await reserve(), reserve);
    request.context.admittedEdit = { intent, reservation };
    onClose(response, () => reservation.release());
  }

  /** A request that names a job that is there needs none. */
  private async reserve({ isAsync, idempotencyKey }: EditIntent): Promise<Reservation | null> {
    if (idempotencyKey !== null && (await this.queue.isNamed(idempotencyKey))) return null;
    const { jobTimeoutSeconds, requestTimeoutSeconds } = this.jobs;
    return this.queue.reserve(isAsync ? jobTimeoutSeconds : requestTimeoutSeconds);
  }
}

/** What EditAdmission has found out about this request, and keeps for it. */
export function admittedEdit({ context }: Request): AdmittedEdit {
  if (context.admittedEdit === undefined) throw new Error('EditAdmission has not seen this request');
  return context.admittedEdit;
}
