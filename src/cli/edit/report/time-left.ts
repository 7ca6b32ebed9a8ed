/** Foretells when all inputs are done, from the pace of those that are. */
export class TimeLeft {
  private inputStartedAt = 0;
  private doneSeconds = 0;
  private done = 0;

  constructor(private readonly inputs: number) {}

  /** The next input's turn. */
  begin(): void {
    this.inputStartedAt = performance.now();
  }

  /** The input has its results. */
  finish(): void {
    this.doneSeconds += this.spentSeconds;
    this.done += 1;
  }

  /**
   * @param begun inputs that were begun
   * @param etaSeconds until the present input is done
   */
  seconds(begun: number, etaSeconds: number | null): number | null {
    if (etaSeconds === null) return null;
    const each = this.done > 0 ? this.doneSeconds / this.done : this.spentSeconds + etaSeconds;
    return etaSeconds + (this.inputs - begun) * each;
  }

  private get spentSeconds(): number {
    return (performance.now() - this.inputStartedAt) / 1000;
  }
}
