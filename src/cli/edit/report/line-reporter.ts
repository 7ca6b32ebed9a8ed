import { duration } from './duration.js';
import { type Progress, type Reporter, writeLine } from './reporter.js';

/** A log needs no line for each step: one in so many seconds tells that it goes on. */
const PAUSE_MILLISECONDS = 5000;

/** Plain lines, for a log or a pipe. */
export class LineReporter implements Reporter {
  private lastAt = performance.now();
  private lastPreparing = '';

  preparing(what: string): void {
    if (what !== this.lastPreparing) writeLine(what);
    this.lastPreparing = what;
  }

  progress(label: string, progress: Progress): void {
    const now = performance.now();
    if (now - this.lastAt < PAUSE_MILLISECONDS) return;
    this.lastAt = now;
    writeLine(`${label}: ${progressText(progress)}`);
  }

  line(text: string): void {
    this.lastAt = performance.now();
    writeLine(text);
  }

  fault(text: string): void {
    this.line(text);
  }

  end(): void {
    // Every line is whole already.
  }
}

/** `step 3 of 8, 4 s left`, with the result's number where there are several. */
export function progressText({ step, steps, image, images, etaSeconds }: Progress): string {
  const which = images > 1 ? `result ${image} of ${images}, ` : '';
  return `${which}step ${step} of ${steps}${etaSeconds === null ? '' : `, ${duration(etaSeconds)} left`}`;
}
