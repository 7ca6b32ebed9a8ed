import type { EditInputs, EditJob } from '../edit-job.js';
import type { SubmitOptions } from '../job-queue.js';
import { kindText } from '../picture-kind.js';
import { NameTakenError } from '../queue-errors.js';
import { modelPart, pictureId, queueKey } from './keys.js';
import type { LineFollowers } from './line-followers.js';
import { patiently } from './patiently.js';
import type { RedisContext } from './redis-context.js';
import type { RedisInputStore } from './redis-input-store.js';
import { RedisReservation } from './redis-reservation.js';
import { listOf, textOf } from './replies.js';
import { ADMIT, TAKE_BACK } from './scripts/caller-scripts.js';

/** What a job takes beside its texts and files. */
const OWN_BYTES = 4096;
/** Beyond its time limit and retention, whatever goes wrong, nothing of a job lies in Redis for longer. */
const SPARE_SECONDS = 3600;

/** Takes jobs into Redis: whole, or not at all. */
export class JobSubmission {
  constructor(
    private readonly context: RedisContext,
    private readonly inputs: RedisInputStore,
    private readonly followers: LineFollowers,
  ) {}

  /**
   * @returns the job's id: another one where there is one of the same name
   * @throws NameTakenError
   */
  async submit(id: string, edit: EditJob, inputs: EditInputs, options: SubmitOptions): Promise<string> {
    try {
      const inputBytes = await this.inputs.store(id, inputs);
      const known = await this.admit(id, edit, inputs.length, inputBytes, options);
      if (known !== null) {
        await this.inputs.delete(id, inputs.length);
        return known;
      }
      await this.context.callersQueues.add(edit.model, [pictureId(id, 0)]);
      await this.followers.tell([id]);
      return id;
    } catch (error) {
      this.takeBack(id, inputs.length);
      throw error;
    }
  }

  /** The job of the same name where there is one. */
  private async admit(
    id: string,
    edit: EditJob,
    inputs: number,
    inputBytes: number,
    { name, reservation, timeoutSeconds, trace }: SubmitOptions,
  ): Promise<string | null> {
    const { callers, limits, prefix, processId } = this.context;
    const isReserved = reservation instanceof RedisReservation && reservation.take();
    const livesSeconds = timeoutSeconds + limits.retentionSeconds + SPARE_SECONDS;
    const { prompt, negativePrompt } = edit.settings;
    const record = {
      edit: JSON.stringify(edit),
      images: inputs * edit.n,
      kind: kindText(edit.settings),
      model: modelPart(edit.model),
      queue: queueKey(prefix, edit.model),
      trace: JSON.stringify(trace),
      inputs,
      inputBytes,
      ownBytes: 2 * (prompt.length + negativePrompt.length) + OWN_BYTES,
      timeout: timeoutSeconds,
    };
    const own = [processId, id, name?.key ?? '', name?.fingerprint ?? '', isReserved ? 1 : 0];
    const times = [timeoutSeconds * 1000, livesSeconds * 1000];
    const [outcome, known] = listOf(await callers.run(ADMIT, ...own, ...times, ...Object.entries(record).flat()));
    if (outcome === 'taken') throw new NameTakenError();
    return outcome === 'same' ? textOf(known) : null;
  }

  /** Of what Redis has done, but could not say in time, nothing stays. */
  private takeBack(id: string, inputs: number): void {
    const { context } = this;
    const { callers, workers, processId } = context;
    const take = async (): Promise<void> => {
      // By the same connection first: what was sent by it before comes before.
      await callers.run(TAKE_BACK, processId, id).catch(() => undefined);
      await patiently(context, () => workers.run(TAKE_BACK, processId, id));
      await patiently(context, () => this.inputs.delete(id, inputs));
    };
    take().catch(() => undefined);
  }
}
