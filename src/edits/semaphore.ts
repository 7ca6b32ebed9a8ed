/** Lets at most `permits` tasks run at once; the others wait in order. */
export class Semaphore {
  private readonly waiting: (() => void)[] = [];

  constructor(private permits: number) {}

  async run<Result>(task: () => Promise<Result>): Promise<Result> {
    if (this.permits === 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.permits -= 1;
    try {
      return await task();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.permits += 1;
      else next();
    }
  }
}
