const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
const RUNS_BELOW_NPM = process.env['npm_lifecycle_event'] !== undefined;
/** Ctrl-C reaches the whole process group, and npm passes it on once more, on a busy machine a while later: still the first. */
const SAME_SIGNAL_MILLISECONDS = RUNS_BELOW_NPM ? 1000 : 0;
const PARENT_CHECK_MILLISECONDS = 500;
/** What a shell says of a process that a signal has ended: 128 and the signal's number. */
export const EXIT_CODES = { SIGTERM: 143, SIGINT: 130 };
export type StopSignal = keyof typeof EXIT_CODES;

/** Turns the first signal to end into an orderly end; a second one ends at once. */
export class StopSignals {
  private firstAt: number | null = null;
  /** Until there is something to end in order. */
  private stop: (signal: StopSignal) => Promise<number> = () => Promise.resolve(0);

  constructor() {
    for (const signal of SIGNALS) process.on(signal, () => this.handle(signal));
    if (RUNS_BELOW_NPM) this.endWithParent();
  }

  /** What an orderly end takes; it gives the exit code. */
  onStop(stop: (signal: StopSignal) => Promise<number>): void {
    this.stop = stop;
  }

  /** npm and npx hand a SIGTERM on to their shell, which dies of it without a word to what it runs. */
  private endWithParent(): void {
    const { ppid } = process;
    const watch = setInterval(() => {
      if (process.ppid === ppid) return;
      clearInterval(watch);
      if (this.firstAt === null) this.handle('SIGTERM');
    }, PARENT_CHECK_MILLISECONDS);
    watch.unref();
  }

  private handle(signal: StopSignal): void {
    const now = performance.now();
    if (this.firstAt === null) {
      this.firstAt = now;
      void this.end(signal);
    } else if (now - this.firstAt > SAME_SIGNAL_MILLISECONDS) {
      process.exit(EXIT_CODES[signal]);
    }
  }

  private async end(signal: StopSignal): Promise<void> {
    const code = await this.stop(signal);
    // The engine ends with this process.
    process.exit(code);
  }
}
