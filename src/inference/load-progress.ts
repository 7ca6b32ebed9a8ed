import type { EngineEvent } from '../protocol/engine-messages.js';

type LoadEvent = Extract<EngineEvent, { type: 'loading' | 'quantizing' }>;

/** Small checkpoints are loaded before a reader could make use of it. */
const TOLD_AFTER_MILLISECONDS = 1000;
/** Between two lines of the log about many weights. */
const PAUSE_MILLISECONDS = 10_000;

/** What is told of one load while it lasts. */
export class LoadProgress {
  private readonly startedAt = performance.now();
  private toldAt = -Infinity;

  /** @param log takes a line now and then */
  constructor(private readonly log: (line: string) => void) {}

  /** What the load is at, in a few words; null in its first moments. */
  update(event: LoadEvent): string | null {
    const now = performance.now();
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
  return event.step === 'repacked'
    ? `weights of the GGUF file: ${event.done} of ${event.count} repacked`
    : `quantized weights: ${event.done} of ${event.count} ${event.step}`;
}
