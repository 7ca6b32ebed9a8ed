import { randomUUID } from 'node:crypto';
import type { RgbImage } from '../images/rgb-image.js';
import { EditFailure } from './edit-failure.js';
import type { EngineEvent, Picture, PictureTokens, StageRun, StageSeconds } from './protocol.js';

/** How a picture is watched while it is made. */
export interface PictureListener {
  /** Step `step` of `steps` is done (they count from 1). */
  progress(step: number, steps: number): void;
  preview(index: number, image: RgbImage): void;
}

export interface MadePicture {
  readonly picture: Picture;
  readonly seconds: StageSeconds;
  readonly stages: readonly StageRun[];
  readonly tokens: PictureTokens;
}

/** Passes on what the engine says about one picture until it is made or has failed. */
export class RunningPicture {
  readonly id = randomUUID();
  readonly outcome: Promise<MadePicture>;
  private resolve!: (made: MadePicture) => void;
  private reject!: (failure: EditFailure) => void;

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
