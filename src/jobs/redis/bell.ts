/** Wakes those who wait for something that may have happened before they do. */
export class Bell {
  private count = 0;
  private readonly waiting = new Set<() => void>();

  /** How often it has rung. */
  get rings(): number {
    return this.count;
  }

  ring(): void {
    this.count += 1;
    for (const wake of this.waiting) wake();
  }

  /** Resolves when it has rung more often than that, or after so long. */
  async rung(times: number, milliseconds: number): Promise<void> {
    if (this.count > times) return;
    const { waiting } = this;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      waiting.add(wake);
    });
  }
}
