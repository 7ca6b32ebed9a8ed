import { randomUUID } from 'node:crypto';
import type { RgbImage } from '../images/rgb-image.js';
import { EditError } from '../protocol/edit-error.js';
import type { EngineEvent } from '../protocol/engine-messages.js';
import type { MadePicture } from '../protocol/picture.js';

/** How a picture is watched while it is made. */
export interface PictureListener {
  /** Step `step` of `steps` is done (they count from 1). */
  progress(step: number, steps: number): void;
  preview(index: number, image: RgbImage): void;
}

/** Passes on what the engine says about one picture until it is made or has failed. */
export class RunningPicture {
  readonly id = randomUUID();
  readonly outcome: Promise<MadePicture>;
  private resolve!: (made: MadePicture) => void;
  private reject!: (failure: EditError) => void;

  constructor(private readonly listener: PictureListener) {
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
        const { picture, seconds, stages, tokens } = event;
        this.resolve({ picture, seconds, stages, tokens });
        return true;
      }
      case 'failed':
        this.fail(new EditError(event.kind, event.message, { param: event.param }));
        return true;
      default:
        return false;
    }
  }

  fail(failure: EditError): void {
    this.reject(failure);
  }
}
