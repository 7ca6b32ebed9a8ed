import type { EngineEvent } from '../protocol/engine-messages.js';

type LoadEvent = Extract<EngineEvent, { type: 'loading' | 'quantizing' }>;

/** Small checkpoints are loaded before a reader could make use of it. */
const TOLD_AFTER_MILLISECONDS = 1000;
/** Between two lines of the log about many weights. */
const PAUSE_MILLISECONDS = 10_000;

const MINUTES_FROM_SECONDS = 90;

/** What is told of one load while it lasts. */
export class LoadProgress {
  private readonly startedAt: number;
  private toldAt = -Infinity;

  /**
   * @param log takes a line now and then
   * @param now in milliseconds
   */
  constructor(
    private readonly log: (line: string) => void,
    private readonly now = (): number => performance.now(),
  ) {
    this.startedAt = now();
  }

  /** What the load is at, in a few words; null in its first moments. */
  update(event: LoadEvent): string | null {
    const now = this.now();
    if (now - this.startedAt < TOLD_AFTER_MILLISECONDS) return null;
    const words = inWords(event);
    const isOneOfMany = event.type === 'quantizing' && event.done < event.count;
    if (!isOneOfMany || now - this.toldAt >= PAUSE_MILLISECONDS) {
      this.toldAt = now;
      this.log(`Loading ${words}`);
    }
    return words;
  }
}

function inWords(event: LoadEvent): string {
  if (event.type === 'loading') return `${event.network}, ${event.number} of ${event.count}`;
  const { step, done, count, secondsLeft } = event;
  if (step === 'repacked') return `weights of the GGUF file: ${done} of ${count} repacked`;
  const left = secondsLeft === null || done === count ? '' : `, ${inTime(secondsLeft)} left`;
  return `quantized weights: ${done} of ${count} ${step}${left}`;
}

const inTime = (seconds: number): string =>
  seconds < MINUTES_FROM_SECONDS ? `about ${Math.ceil(seconds)} s` : `about ${Math.round(seconds / 60)} min`;
