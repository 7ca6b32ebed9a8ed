import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { jobsConfig } from '../../config/namespaces.js';
import { ServedModel } from '../../inference/served-model.js';
import { JobQueue, type Reservation } from '../../jobs/job-queue.js';
import { UploadReservation } from './upload-reservation.js';

/** Lets an edit in only when there is a model and room for its job, before its form is read. */
@Injectable()
export class JobAdmission {
  constructor(
    private readonly model: ServedModel,
    private readonly queue: JobQueue,
    @Inject(jobsConfig.KEY) private readonly jobs: ConfigType<typeof jobsConfig>,
  ) {}

  /** @throws EditError unavailable */
  checkReady(): void {
    this.model.checkAny();
  }

  /** For a whole edit: longer for one whose caller doesn't wait for its end. */
  timeoutSeconds(isAsync: boolean): number {
    return isAsync ? this.jobs.jobTimeoutSeconds : this.jobs.requestTimeoutSeconds;
  }

  /**
   * Room for a job whose form is about to be read; it is kept for a while.
   * @param idempotencyKey the caller's own name for the edit: one that names a job that is there needs no room; null for none
   * @throws EditError busy
   */
  async reserve(idempotencyKey: string | null, timeoutSeconds: number): Promise<UploadReservation> {
    const reserve = async (): Promise<Reservation | null> => {
      if (idempotencyKey !== null && (await this.queue.isNamed(idempotencyKey))) return null;
      return this.queue.reserve(timeoutSeconds);
    };
    return new UploadReservation(await reserve(), reserve);
  }
}
