import type { EngineTimings, Phase } from './engine-timings.js';
import type { EngineEvent } from '../protocol/engine-messages.js';
import type { PictureRequest } from '../protocol/picture-request.js';

const TICK_MILLISECONDS = 500;

/** Finds out that the engine hangs in the middle of a picture: nothing can be asked of it then, it can only be ended. */
export class Watchdog {
  private readonly timer = setInterval(() => this.look(), TICK_MILLISECONDS);
  private lastTickAt = performance.now();
  private silentSeconds = 0;
  private cancelledSeconds: number | null = null;
  private phase: Phase = 'begin';

  /** @param onStuck called once, with what is wrong in plain words */
  constructor(
    private readonly request: PictureRequest,
    private readonly timings: EngineTimings,
    private readonly onStuck: (how: string) => void,
  ) {}

  /** The engine said something about the picture. */
  heartbeat(event: EngineEvent): void {
    this.tick();
    this.timings.add(this.request, this.phase, this.silentSeconds);
    this.silentSeconds = 0;
    if (event.type === 'progress') this.phase = event.step < event.steps ? 'step' : 'end';
  }

  /** The engine was told to give the picture up. */
  cancel(): void {
    this.cancelledSeconds = 0;
  }

  end(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    this.tick();
    const how = this.whatIsWrong();
    if (how === null) return;
    this.end();
    this.onStuck(how);
  }

  private whatIsWrong(): string | null {
    if (this.cancelledSeconds !== null) {
      const grace = this.timings.cancelGraceSeconds;
      return this.cancelledSeconds < grace
        ? null
        : `was stuck: it did not give up a picture within ${grace.toFixed(0)} s`;
    }
    const limit = this.timings.stallSeconds(this.request, this.phase);
    return this.silentSeconds < limit
      ? null
      : `was stuck: it said nothing for ${limit.toFixed(0)} s in the middle of a picture`;
  }

  /** Time in which this process did not run either (the machine slept, the container was paused) is no silence. */
  private tick(): void {
    const now = performance.now();
    const seconds = Math.min(now - this.lastTickAt, 2 * TICK_MILLISECONDS) / 1000;
    this.lastTickAt = now;
    this.silentSeconds += seconds;
    if (this.cancelledSeconds !== null) this.cancelledSeconds += seconds;
  }
}
