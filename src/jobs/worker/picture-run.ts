import type { PictureRequest } from '../../protocol/picture-request.js';
import type { SpeedMeter } from '../speed-meter.js';
import type { InMemoryJob, TakenPicture } from '../in-memory/in-memory-job.js';

/** The picture that the engine makes now, and what its pace tells about the rest. */
export class PictureRun {
  private readonly startedAt = performance.now();
  private firstStepAt = this.startedAt;
  private lastStepAt = this.startedAt;
  private step = 0;
  private steps: number;

  /** Of which picture of the job, from 0, and what the engine is asked for. */
  readonly index: number;
  readonly request: PictureRequest;

  constructor(
    readonly job: InMemoryJob,
    { index, request }: TakenPicture,
    private readonly speed: SpeedMeter,
  ) {
    this.index = index;
    this.request = request;
    this.steps = job.order.settings.numInferenceSteps;
  }

  get elapsedSeconds(): number {
    return (performance.now() - this.startedAt) / 1000;
  }

  progress(step: number, steps: number): void {
    this.step = step;
    this.steps = steps;
    this.lastStepAt = performance.now();
    if (step === 1) this.firstStepAt = this.lastStepAt;
    const { images, order } = this.job;
    const perPicture = this.speed.pictureSeconds(order.settings) ?? this.stepSeconds * steps;
    const isPaced = step > 1 || step === steps;
    const own = isPaced ? this.stepSeconds * (steps - step) : Math.max(0, perPicture - this.elapsedSeconds);
    const etaSeconds = own + (images - this.index - 1) * perPicture;
    this.job.report({ step, steps, image: this.index + 1, images, etaSeconds });
  }

  /** Until this picture is made, at least: by its own steps as soon as two tell their pace, else by others; 0 if nothing tells. */
  remainingSeconds(): number {
    // It is being given up.
    if (!this.job.isLive) return 0;
    const sinceStep = (performance.now() - this.lastStepAt) / 1000;
    if (this.step > 1) return Math.max(0, this.stepSeconds * (this.steps - this.step) - sinceStep);
    return Math.max(0, this.speed.leastSeconds(this.job.order.settings) - this.elapsedSeconds);
  }

  /** The first step's time has the preparations in it. */
  private get stepSeconds(): number {
    const milliseconds =
      this.step > 1 ? (this.lastStepAt - this.firstStepAt) / (this.step - 1) : this.lastStepAt - this.startedAt;
    return milliseconds / 1000;
  }
}
