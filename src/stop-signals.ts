const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
/** Ctrl-C reaches the whole process group, and npm and the like pass it on once more: that is still the first. */
const SAME_SIGNAL_MILLISECONDS = 500;
/** What a shell says of a process that a signal has ended: 128 and the signal's number. */
const EXIT_CODES = { SIGTERM: 143, SIGINT: 130 };

/** Turns the first signal to end into an orderly end with code 0; a second one ends at once. */
export class StopSignals {
  private firstAt: number | null = null;
  /** Until there is something to end in order. */
  private stop: () => Promise<void> = () => Promise.resolve();

  constructor() {
    for (const signal of SIGNALS) process.on(signal, () => this.handle(signal));
  }

  /** What an orderly end takes. */
  onStop(stop: () => Promise<void>): void {
    this.stop = stop;
  }

  private handle(signal: (typeof SIGNALS)[number]): void {
    const now = performance.now();
    if (this.firstAt === null) {
      this.firstAt = now;
      void this.end();
    } else if (now - this.firstAt > SAME_SIGNAL_MILLISECONDS) {
      process.exit(EXIT_CODES[signal]);
    }
  }

  private async end(): Promise<void> {
    await this.stop();
    // The engine ends with this process.
    process.exit(0);
  }
}
