import { once } from 'node:events';
import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { limitsConfig } from '../../../config/namespaces.js';
import { MAX_TIMER_SECONDS } from '../../../config/read-settings.js';
import { pictureUsage } from '../../../edits/usage.js';
import { buildEditJob } from '../../../edits/build-edit-job.js';
import { checkForm } from '../../../edits/fields/check-form.js';
import { InputPictures } from '../../../edits/decoding/input-pictures.service.js';
import { FileBlocks } from '../../../edits/decoding/file-blocks.js';
import type { ModelState } from '../../../inference/model-state.js';
import { ServedModel } from '../../../inference/served-model.js';
import type { EditJob } from '../../../jobs/edit-job.js';
import type { NumberedEvent } from '../../../jobs/job-event.js';
import { JobQueue, type Reservation } from '../../../jobs/job-queue.js';
import { apiError } from '../../cli-error.js';
import type { EditRequest, EditUpdate } from '../editor.js';

/** There is one client and it waits: its jobs need no reservation. */
const NO_RESERVATION: Reservation = { release: () => undefined };

/** Makes edits with the service's own parts in this process, and an engine process that ends with it. */
@Injectable()
export class LocalEngine {
  private wasReady = false;

  constructor(
    @Inject(limitsConfig.KEY) private readonly limits: ConfigType<typeof limitsConfig>,
    private readonly pictures: InputPictures,
    private readonly model: ServedModel,
    private readonly queue: JobQueue,
  ) {}

  /** @throws CliError, EditError */
  async *edit({ texts, picture }: EditRequest, signal: AbortSignal): AsyncGenerator<EditUpdate> {
    yield* this.ready(signal);
    const files = [{ field: 'images', content: FileBlocks.of(picture) }];
    const form = checkForm({ texts: new Map(Object.entries(texts)), files }, this.model.ready(), this.limits);
    const inputs = (await this.pictures.read(form)).map((input) => [input]);
    const job = buildEditJob(form, true);
    // The user who typed the command decides how long is too long.
    const timeoutSeconds = MAX_TIMER_SECONDS;
    const id = await this.queue.submit(job, inputs, {
      reservation: NO_RESERVATION,
      timeoutSeconds,
      name: null,
      trace: {},
    });
    try {
      for await (const event of this.queue.events(id, 0, signal)) {
        const update = await this.update(id, job, event);
        if (update !== null) yield update;
      }
    } finally {
      await this.queue.leave(id);
    }
  }

  /** Waits for the model. An engine that dies while it loads would most likely do so again. */
  private async *ready(signal: AbortSignal): AsyncGenerator<EditUpdate> {
    const before = this.model.state;
    const hasDied = before.status === 'loading' && before.lastEnd !== null;
    // One that has died at work is being started again.
    if (before.status === 'loading' && (this.wasReady || !hasDied)) {
      yield { type: 'preparing', what: 'Loading the model' };
      await Promise.race([this.model.changed(), once(signal, 'abort')]);
    }
    signal.throwIfAborted();
    const { state } = this.model;
    if (state.status !== 'ready') throw apiError('MODEL_NOT_READY', notReadyReason(state), null);
    this.wasReady = true;
  }

  private async update(id: string, job: EditJob, event: NumberedEvent): Promise<EditUpdate | null> {
    switch (event.type) {
      case 'progress':
        return { type: 'progress', ...event.progress };
      case 'picture': {
        const file = await this.queue.result(id, event.index);
        if (file === null) return null;
        const { bytes, seed, width, height, tokens } = file;
        const result = { bytes, seed, size: `${width}x${height}`, usage: pictureUsage(tokens) };
        return { type: 'result', result, warnings: job.warnings };
      }
      case 'failed':
        throw event.failure;
      default:
        return null;
    }
  }
}

function notReadyReason(state: Exclude<ModelState, { status: 'ready' }>): string {
  const hasDied = state.status === 'loading' && state.lastEnd !== null;
  return hasDied ? `Failed to load model: the engine process ${state.lastEnd}` : state.reason;
}
