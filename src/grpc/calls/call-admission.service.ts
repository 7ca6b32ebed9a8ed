import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { limitsConfig } from '../../config/namespaces.js';
import { IDEMPOTENCY_KEY_FAULT, isIdempotencyKey } from '../../edits/admission/idempotency-key.js';
import { JobAdmission } from '../../edits/admission/job-admission.service.js';
import { ByteBudget } from '../../edits/budget/byte-budget.service.js';
import { invalidInput, tooLarge } from '../../http/errors/api-error.js';
import { inMegabytes } from '../../program/megabytes.js';
import { IMAGE_EDITS } from '../proto/proto-files.js';
import type { GrpcCall } from './grpc-call.js';
import { GrpcKeyGuard } from './grpc-key.guard.js';
import { checkSmall, type MessageLimits } from './watch-messages.js';

const EDIT = `/${IMAGE_EDITS}/Edit`;

/** Whether a call's messages hold pictures. */
export function isUpload({ path }: GrpcCall): boolean {
  return path === EDIT;
}

/** Lets calls in, or turns them away, before their messages are read. */
@Injectable()
export class CallAdmission {
  constructor(
    private readonly guard: GrpcKeyGuard,
    private readonly admission: JobAdmission,
    private readonly budget: ByteBudget,
    @Inject(limitsConfig.KEY) private readonly limits: ConfigType<typeof limitsConfig>,
  ) {}

  /**
   * @returns what the call's messages may be
   * @throws ApiError 401, EditError unavailable, ApiError 400 for the metadata, EditError busy; in this order
   */
  async admit(call: GrpcCall): Promise<MessageLimits> {
    await this.guard.check(call);
    const count = (bytes: number): void => void (call.receivedBytes += bytes);
    if (!isUpload(call)) return { check: checkSmall, take: count };
    this.admission.checkReady();
    const idempotencyKey = call.text('idempotency-key') ?? null;
    if (idempotencyKey !== null && !isIdempotencyKey(idempotencyKey)) throw invalidInput(IDEMPOTENCY_KEY_FAULT);
    // Only its message tells whether it waits for its end: what it has time for is looked at once that is there.
    const reservation = await this.admission.reserve(idempotencyKey, this.admission.timeoutSeconds(true));
    const held = this.budget.hold();
    call.upload = { reservation, held, idempotencyKey };
    call.onEnd(() => {
      reservation.release();
      held.release();
    });
    return {
      check: (bytes) => this.checkSize(bytes),
      take: (bytes) => {
        count(bytes);
        held.add(bytes);
      },
    };
  }

  private checkSize(bytes: number): void {
    const { maxBodyBytes, uploadsMaxBytes } = this.limits;
    if (bytes > maxBodyBytes) throw tooLarge(`The message is larger than ${inMegabytes(maxBodyBytes)} (MAX_BODY_MB)`);
    if (bytes > uploadsMaxBytes) {
      throw tooLarge(`The message is larger than ${inMegabytes(uploadsMaxBytes)} (UPLOADS_MAX_MB)`);
    }
    this.budget.checkRoom(bytes);
  }
}
