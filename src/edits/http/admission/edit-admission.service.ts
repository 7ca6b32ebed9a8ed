import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { Request, Response } from 'express';
import { Authenticator } from '../../../auth/authenticator.service.js';
import { jobsConfig } from '../../../config/namespaces.js';
import { onClose } from '../../../http/on-close.js';
import { ServedModel } from '../../../inference/served-model.js';
import { JobQueue, type Reservation } from '../../../jobs/job-queue.js';
import { type AdmissionHeaders, admissionHeaders } from './admission-headers.js';
import { UploadReservation } from './upload-reservation.js';

declare module '../../../http/request-context.js' {
  interface RequestContext {
    admittedEdit?: AdmittedEdit;
  }
}

/** A request for an edit that was let in. */
export interface AdmittedEdit {
  readonly headers: AdmissionHeaders;
  /** For the whole edit: longer for one that is not waited for. */
  readonly timeoutSeconds: number;
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
    const headers = admissionHeaders(request);
    const { jobTimeoutSeconds, requestTimeoutSeconds } = this.jobs;
    const timeoutSeconds = headers.isAsync ? jobTimeoutSeconds : requestTimeoutSeconds;
    const reserve = (): Promise<Reservation | null> => this.reserve(headers.idempotencyKey, timeoutSeconds);
    const reservation = new UploadReservation(await reserve(), reserve);
    request.context.admittedEdit = { headers, timeoutSeconds, reservation };
    onClose(response, () => reservation.release());
  }

  /** A request that names a job that is there needs none. */
  private async reserve(idempotencyKey: string | null, timeoutSeconds: number): Promise<Reservation | null> {
    if (idempotencyKey !== null && (await this.queue.isNamed(idempotencyKey))) return null;
    return this.queue.reserve(timeoutSeconds);
  }
}

/** What EditAdmission has found out about this request, and keeps for it. */
export function admittedEdit({ context }: Request): AdmittedEdit {
  if (context.admittedEdit === undefined) throw new Error('EditAdmission has not seen this request');
  return context.admittedEdit;
}
