import type { JobProgress } from '../job-event.js';
import type { SpeedMeter } from '../speed-meter.js';
import type { PictureTurn } from '../work-queue.js';

/** What is known of a picture after one of its steps. */
interface StepReport {
  readonly progress: JobProgress;
  /** Until the picture is made; null as long as its own steps don't tell. */
  readonly pictureSeconds: number | null;
}

/** Times the steps of the picture that an engine makes now, and estimates by them what the rest of its job takes. */
export class PictureRun {
  private readonly startedAt: number;
  private firstStepAt: number;
  private lastStepAt: number;
  private step = 0;

  /**
   * @param speed of the pictures that were made before
   * @param engines that can make pictures now
   * @param now in milliseconds
   */
  constructor(
    private readonly turn: PictureTurn,
    private readonly speed: SpeedMeter,
    private readonly engines: () => number,
    private readonly now = (): number => performance.now(),
  ) {
    this.startedAt = this.firstStepAt = this.lastStepAt = now();
  }

  get elapsedSeconds(): number {
    return (this.now() - this.startedAt) / 1000;
  }

  /** Step `step` of `steps` is done. */
  advance(step: number, steps: number): StepReport {
    this.step = step;
    this.lastStepAt = this.now();
    if (step === 1) this.firstStepAt = this.lastStepAt;
    const { edit } = this.turn;
    const perPicture = this.speed.pictureSeconds(edit.settings) ?? this.stepSeconds * steps;
    const left = this.stepSeconds * (steps - step);
    const isPaced = step > 1 || step === steps;
    const own = isPaced ? left : Math.max(0, perPicture - this.elapsedSeconds);
    const etaSeconds = own + this.roundsLeft * perPicture;
    return {
      progress: { step, steps, image: this.turn.index + 1, images: this.turn.images, etaSeconds },
      pictureSeconds: step > 1 ? left : null,
    };
  }

  /** How often the engines make pictures side by side until the job's last one, after this one. */
  private get roundsLeft(): number {
    const { images, index } = this.turn;
    const engines = Math.max(1, this.engines());
    return Math.floor((images - 1) / engines) - Math.floor(index / engines);
  }

  /** The first step's time has the preparations in it: it is a pace only while it is the only one. */
  private get stepSeconds(): number {
    const milliseconds =
      this.step > 1 ? (this.lastStepAt - this.firstStepAt) / (this.step - 1) : this.lastStepAt - this.startedAt;
    return milliseconds / 1000;
  }
}
