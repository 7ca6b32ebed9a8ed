import { inMegabytes } from '../../program/megabytes.js';
import { EditError } from '../../protocol/edit-error.js';
import type { EditJob } from '../edit-job.js';
import type { JobFiles } from '../job-files.js';
import type { SubmitOptions } from '../job-queue.js';
import { kindText } from '../picture-kind.js';
import { NameTakenError } from '../queue-errors.js';
import { modelPart } from '../../redis/key-prefix.js';
import { pictureId, queueKey } from './keys.js';
import { writeFiles } from './messages/files-message.js';
import { patiently } from './patiently.js';
import type { RedisContext } from './redis-context.js';
import { filesOf, type RedisInputStore } from './redis-input-store.js';
import { RedisReservation } from './redis-reservation.js';
import { listOf, textOf } from '../../redis/replies.js';
import { ADMIT, TAKE_BACK } from './scripts/caller-scripts.js';

/** What a job takes beside its texts and files. */
const OWN_BYTES = 4096;
/** Uploads come and go within seconds. */
const FULL_RETRY_AFTER_SECONDS = 5;
/** Beyond its time limit and retention, whatever goes wrong, nothing of a job lies in Redis for longer. */
const SPARE_SECONDS = 3600;

/** Takes jobs into Redis: whole, or not at all. */
export class JobSubmission {
  constructor(
    private readonly context: RedisContext,
    private readonly inputs: RedisInputStore,
  ) {}

  /**
   * @param edits how many edits the job has
   * @returns the job's id: another one where there is one of the same name
   * @throws NameTakenError, EditError busy when unfinished jobs' files take too much
   */
  async submit(id: string, edit: EditJob, edits: number, options: SubmitOptions): Promise<string> {
    const { files } = options;
    if (files === null) throw new Error('A job comes with its files');
    const count = filesOf(files).length;
    try {
      // Sent one behind the other, and not waited for between.
      const put = this.inputs.putFiles(id, files);
      const [known] = await Promise.all([this.admit(id, edit, edits, files, options), put]);
      if (known !== null) {
        await this.inputs.deleteFiles(id, count);
        return known;
      }
      await this.context.callersQueues.add(edit.model, [pictureId(id, 0)]);
      return id;
    } catch (error) {
      this.takeBack(id, count);
      throw error;
    }
  }

  /** The job of the same name where there is one. */
  private async admit(
    id: string,
    edit: EditJob,
    edits: number,
    files: JobFiles,
    { name, reservation, timeoutSeconds, trace }: SubmitOptions,
  ): Promise<string | null> {
    const { callers, limits, prefix, processId } = this.context;
    const isReserved = reservation instanceof RedisReservation && reservation.take();
    const livesSeconds = timeoutSeconds + limits.retentionSeconds + SPARE_SECONDS;
    const { prompt, negativePrompt } = edit.settings;
    const stored = filesOf(files);
    const record = {
      edit: JSON.stringify(edit),
      images: edits * edit.n,
      kind: kindText(edit.settings),
      model: modelPart(edit.model),
      queue: queueKey(prefix, edit.model),
      trace: JSON.stringify(trace),
      files: writeFiles(files),
      inputs: stored.length,
      inputBytes: stored.reduce((sum, { length }) => sum + length, 0),
      ownBytes: 2 * (prompt.length + negativePrompt.length) + OWN_BYTES,
      timeout: timeoutSeconds,
    };
    const own = [processId, id, name?.key ?? '', name?.fingerprint ?? '', isReserved ? 1 : 0];
    const times = [timeoutSeconds * 1000, livesSeconds * 1000];
    const [outcome, known] = listOf(await callers.run(ADMIT, ...own, ...times, ...Object.entries(record).flat()));
    if (outcome === 'taken') throw new NameTakenError();
    if (outcome === 'full') throw this.tooMuch();
    return outcome === 'same' ? textOf(known) : null;
  }

  private tooMuch(): EditError {
    const most = inMegabytes(this.context.uploadsMaxBytes);
    return new EditError('busy', `Uploads hold ${most} already, or would (UPLOADS_MAX_MB)`, {
      retryAfterSeconds: FULL_RETRY_AFTER_SECONDS,
    });
  }

  /** Of what Redis has done, but could not say in time, nothing stays. */
  private takeBack(id: string, files: number): void {
    const { context } = this;
    const { callers, workers, processId } = context;
    const take = async (): Promise<void> => {
      // By the same connection first: what was sent by it before comes before.
      await callers.run(TAKE_BACK, processId, id).catch(() => undefined);
      await patiently(context, () => workers.run(TAKE_BACK, processId, id));
      await patiently(context, () => this.inputs.deleteFiles(id, files));
    };
    take().catch(() => undefined);
  }
}
