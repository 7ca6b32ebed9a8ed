import { randomUUID } from 'node:crypto';
import { EditError } from '../protocol/edit-error.js';
import type { EngineEvent } from '../protocol/engine-messages.js';
import type { MadePicture } from '../protocol/picture.js';
import type { ProgressListener } from './picture-engine.js';

/** Passes on what the engine says about one picture until it is made or has failed. */
export class RunningPicture {
  readonly id = randomUUID();
  readonly outcome: Promise<MadePicture>;
  private resolve!: (made: MadePicture) => void;
  private reject!: (failure: EditError) => void;

  constructor(private readonly listener: ProgressListener) {
    this.outcome = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** Takes one event of this picture; true when it was the last. */
  handle(event: EngineEvent): boolean {
    switch (event.type) {
      case 'progress':
        this.listener.progress(event.step, event.steps);
        return false;
      case 'preview':
        this.listener.preview(event.index, event.image);
        return false;
      case 'made': {
        const { picture, seconds, stages, tokens, warnings } = event;
        this.resolve({ picture, seconds, stages, tokens, warnings });
        return true;
      }
      case 'failed':
        this.fail(new EditError(event.kind, event.message, { param: event.param }));
        return true;
      default:
        return false;
    }
  }

  /** The picture will not be made: `outcome` rejects, unless it was settled before. */
  fail(failure: EditError): void {
    this.reject(failure);
  }
}
