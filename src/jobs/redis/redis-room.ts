import { Admission, type PictureSpeeds } from '../admission/admission.js';
import type { Refusal } from '../admission/refusal.js';
import type { EditJob } from '../edit-job.js';
import type { Reservation } from '../job-queue.js';
import { QueueFullError } from '../queue-errors.js';
import { MOST_RETRY_AFTER_SECONDS, retryAfterSeconds } from '../retry-after-seconds.js';
import type { PictureKind } from '../picture-kind.js';
import { SpeedMeter } from '../speed-meter.js';
import { modelPart } from '../../redis/key-prefix.js';
import { patiently } from './patiently.js';
import type { RedisContext } from './redis-context.js';
import { RedisReservation } from './redis-reservation.js';
import { joinLoads, readLoad } from './redis-load.js';
import { listOf, numberOf } from '../../redis/replies.js';
import { READ_LOAD, RESERVE, RETRY_AFTER, SET_RESERVATIONS } from './scripts/caller-scripts.js';

/** As Redis has told them last. */
class LatestSpeeds implements PictureSpeeds {
  meter = new SpeedMeter();

  leastSeconds(kind: PictureKind): number {
    return this.meter.leastSeconds(kind);
  }
}

/** Room in the line, which all services share. */
export class RedisRoom {
  private readonly speeds = new LatestSpeeds();
  private readonly admission: Admission;

  /** @param models ids of those that are served */
  constructor(
    private readonly context: RedisContext,
    private readonly models: () => readonly string[],
  ) {
    this.admission = new Admission(context.limits.queueLimit, this.speeds);
  }

  /** @throws QueueFullError */
  async reserve(timeoutSeconds: number): Promise<Reservation> {
    const { callers, processId } = this.context;
    const models = this.models().map(modelPart);
    const reserved = callers.run(RESERVE, processId, JSON.stringify(models));
    reserved.catch(() => this.recount());
    const [isReserved, ...replies] = listOf(await reserved);
    const reservation = isReserved === 1 ? new RedisReservation(this.context) : null;
    try {
      const loads = replies.map(readLoad);
      // How long the wait is can't be told before it is known which model's it is.
      this.speeds.meter = loads.length === 1 && loads[0] !== undefined ? loads[0].speed : new SpeedMeter();
      await this.letIn(this.admission.checkRoom(timeoutSeconds, joinLoads(loads.map(({ load }) => load))));
    } catch (error) {
      reservation?.release();
      throw error;
    }
    if (reservation !== null) return reservation;
    // Both count the same; should they not, Redis is right.
    throw new QueueFullError('The queue is full (QUEUE_LIMIT)', 1);
  }

  /** Redis may do later what it could not say that it has done. */
  private recount(): void {
    const { context } = this;
    const count = (): Promise<unknown> =>
      context.workers.run(SET_RESERVATIONS, context.processId, context.reservations);
    context.callers
      .run(SET_RESERVATIONS, context.processId, context.reservations)
      .catch(() => undefined)
      .then(() => patiently(context, count))
      .catch(() => undefined);
  }

  /** @throws QueueFullError */
  async checkTime(edit: EditJob, images: number, timeoutSeconds: number): Promise<void> {
    const { load, speed } = readLoad(await this.context.callers.run(READ_LOAD, modelPart(edit.model)));
    this.speeds.meter = speed;
    // Among several models this could not be told before.
    if (this.models().length > 1) await this.letIn(this.admission.checkWait(timeoutSeconds, load));
    await this.letIn(this.admission.checkTime(edit.settings, images, timeoutSeconds, load));
  }

  /** Whichever services refuse them, clients are told to come one after the other (see RetryAfterSchedule). @throws QueueFullError */
  private async letIn(refusal: Refusal | null): Promise<void> {
    if (refusal === null) return;
    const { message, firstSeconds, betweenSeconds } = refusal;
    const times = [firstSeconds, betweenSeconds, MOST_RETRY_AFTER_SECONDS].map((seconds) => 1000 * seconds);
    const wait = numberOf(await this.context.callers.run(RETRY_AFTER, ...times));
    throw new QueueFullError(message, retryAfterSeconds(wait / 1000));
  }
}
