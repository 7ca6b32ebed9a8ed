import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Authenticator } from '../../../auth/authenticator.service.js';
import { onClose } from '../../../http/on-close.js';
import { JobAdmission } from '../../admission/job-admission.service.js';
import type { UploadReservation } from '../../admission/upload-reservation.js';
import { type AdmissionHeaders, admissionHeaders } from './admission-headers.js';

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

/** Lets a request for an edit in, or turns it away, before its body is read. */
@Injectable()
export class EditAdmission {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly admission: JobAdmission,
  ) {}

  /** @throws ApiError 401, EditError unavailable, ApiError 400 for the headers, EditError busy; in this order */
  async admit(request: Request, response: Response): Promise<void> {
    await this.authenticator.authenticate(request);
    this.admission.checkReady();
    const headers = admissionHeaders(request);
    const timeoutSeconds = this.admission.timeoutSeconds(headers.isAsync);
    const reservation = await this.admission.reserve(headers.idempotencyKey, timeoutSeconds);
    request.context.admittedEdit = { headers, timeoutSeconds, reservation };
    onClose(response, () => reservation.release());
  }
}

/** What EditAdmission has found out about this request, and keeps for it. */
export function admittedEdit({ context }: Request): AdmittedEdit {
  if (context.admittedEdit === undefined) throw new Error('EditAdmission has not seen this request');
  return context.admittedEdit;
}
