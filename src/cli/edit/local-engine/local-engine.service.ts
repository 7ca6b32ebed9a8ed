import { once } from 'node:events';
import { Injectable } from '@nestjs/common';
import { MAX_TIMER_SECONDS } from '../../../config/read-settings.js';
import { type EditHappening, EditsService } from '../../../edits/edits.service.js';
import { FileBlocks } from '../../../edits/fields/file-blocks.js';
import { MASK_FIELD } from '../../../edits/fields/known-fields.js';
import { NO_RESERVATION } from '../../../edits/no-reservation.js';
import { pictureUsage } from '../../../edits/usage.js';
import type { EditJob } from '../../../jobs/edit-job.js';
import type { ModelState } from '../../../inference/model-state.js';
import { ServedModel } from '../../../inference/served-model.js';
import { apiError } from '../../cli-error.js';
import { type EditRequest, type EditUpdate, pictureField } from '../editor.js';

/** Makes edits with the service's own parts in this process, and an engine process that ends with it. */
@Injectable()
export class LocalEngine {
  private wasReady = false;

  constructor(
    private readonly edits: EditsService,
    private readonly model: ServedModel,
  ) {}

  /** @throws CliError, EditError */
  async *edit(request: EditRequest, signal: AbortSignal): AsyncGenerator<EditUpdate> {
    const { texts, pictures, mask } = request;
    yield* this.ready(signal);
    const field: string = pictureField(request);
    const files = pictures.map((picture) => ({ field, content: FileBlocks.of(picture) }));
    if (mask !== null) files.push({ field: MASK_FIELD, content: FileBlocks.of(mask) });
    const form = this.edits.check({ texts: new Map(Object.entries(texts)), files });
    const id = await this.edits.submit(form, {
      isFollowed: true,
      // The user who typed the command decides how long is too long.
      timeoutSeconds: MAX_TIMER_SECONDS,
      // There is one client and it waits.
      reservation: NO_RESERVATION,
      name: null,
      trace: {},
    });
    try {
      const { edit } = await this.edits.job(id);
      for await (const happening of this.edits.events(id, 0, signal)) {
        const update = editUpdate(happening, edit);
        if (update !== null) yield update;
      }
    } finally {
      await this.edits.leave(id);
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
    const { notice } = state.model;
    if (!this.wasReady && notice !== null) yield { type: 'notice', text: notice.en };
    this.wasReady = true;
  }
}

function editUpdate({ event, file }: EditHappening, { settings, warnings }: EditJob): EditUpdate | null {
  switch (event.type) {
    case 'progress':
      return { type: 'progress', ...event.progress };
    case 'picture': {
      if (file === null) return null;
      const { bytes, seed, width, height, tokens } = file;
      const result = { bytes, seed, size: `${width}x${height}`, usage: pictureUsage(tokens, settings) };
      return { type: 'result', result, warnings: [...warnings, ...file.warnings] };
    }
    case 'failed':
      throw event.failure;
    default:
      return null;
  }
}

function notReadyReason(state: Exclude<ModelState, { status: 'ready' }>): string {
  if (state.status === 'failed') return state.operatorReason;
  const hasDied = state.status === 'loading' && state.lastEnd !== null;
  return hasDied ? `Failed to load model: the engine process ${state.lastEnd}` : state.reason;
}
