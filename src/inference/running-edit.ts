import { randomUUID } from 'node:crypto';
import { EditFailure } from './edit-failure.js';
import type { EditRequest, EditUsage, EngineEvent, Picture, StageSeconds } from './protocol.js';

/** Step `step` of `steps` of picture `picture` of `pictures` is done (all count from 1). */
export type EditProgress = Omit<Extract<EngineEvent, { type: 'progress' }>, 'type' | 'id'>;

export interface EditOutcome {
  /** Input by input, variant by variant. */
  readonly pictures: readonly Picture[];
  readonly seconds: StageSeconds;
  readonly usage: EditUsage;
}

export type ProgressListener = (progress: EditProgress) => void;

/** Gathers what the engine says about one edit until it is done or has failed. */
export class RunningEdit {
  readonly id = randomUUID();
  readonly outcome: Promise<EditOutcome>;
  private readonly pictures: Picture[] = [];
  private resolve!: (outcome: EditOutcome) => void;
  private reject!: (failure: EditFailure) => void;

  constructor(
    readonly request: EditRequest,
    private readonly onProgress: ProgressListener,
  ) {
    this.outcome = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** Takes one event of this edit; true when it was the last. */
  handle(event: EngineEvent): boolean {
    switch (event.type) {
      case 'progress':
        this.onProgress(event);
        return false;
      case 'picture':
        this.pictures.push(event.picture);
        return false;
      case 'done':
        this.pictures.sort((a, b) => a.inputIndex - b.inputIndex || a.variantIndex - b.variantIndex);
        this.resolve({ pictures: this.pictures, seconds: event.seconds, usage: event.usage });
        return true;
      case 'edit_failed':
        this.fail(new EditFailure(event.kind, event.message, event.param));
        return true;
      default:
        return false;
    }
  }

  fail(failure: EditFailure): void {
    this.reject(failure);
  }
}
