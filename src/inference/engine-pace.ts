/** A run can't be interrupted: an engine is stuck only when it is silent for much longer than its runs take. */
const SILENCES = 5;

/** Measures the longest that the engine has been silent during its work, which is how late it may notice a cancellation. */
export class EnginePace {
  private longestSeconds = 0;
  private lastHeardAt = 0;

  constructor(private readonly leastGraceSeconds: number) {}

  /** The engine was given work. */
  begin(): void {
    this.lastHeardAt = performance.now();
  }

  /** The engine said something about its work. */
  hear(): void {
    const now = performance.now();
    this.longestSeconds = Math.max(this.longestSeconds, (now - this.lastHeardAt) / 1000);
    this.lastHeardAt = now;
  }

  /** How long a cancelled picture may take to end before the engine counts as stuck. */
  get graceSeconds(): number {
    return Math.max(this.leastGraceSeconds, SILENCES * this.longestSeconds);
  }
}
