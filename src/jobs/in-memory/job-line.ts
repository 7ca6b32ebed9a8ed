import type { InMemoryJob } from './in-memory-job.js';

/** Takes the job whose turn has come; null: none will be given. */
type Taker = (job: InMemoryJob | null) => void;

/** Jobs in line, and the workers that wait for one. */
export class JobLine {
  private waiting: InMemoryJob[] = [];
  private readonly takers = new Set<Taker>();

  /** The next one first. */
  get jobs(): readonly InMemoryJob[] {
    return this.waiting;
  }

  get idleWorkers(): number {
    return this.takers.size;
  }

  /** A newcomer stands in line. */
  join(job: InMemoryJob): void {
    this.waiting.push(job);
    this.tellPositions();
    this.serve();
  }

  /** A job that has had a turn goes behind the others. If it is next anyway it doesn't wait, and is told no position. */
  rejoin(job: InMemoryJob): void {
    this.waiting.push(job);
  }

  leave(job: InMemoryJob): void {
    this.waiting = this.waiting.filter((other) => other !== job);
    this.tellPositions();
  }

  /**
   * Waits for the next job.
   * @param begin called at the very moment when the job leaves the line
   */
  take<Turn>(begin: (job: InMemoryJob) => Turn, signal: AbortSignal): Promise<Turn | null> {
    return new Promise((resolve) => {
      const stop = (): void => taker(null);
      const taker: Taker = (job) => {
        this.takers.delete(taker);
        signal.removeEventListener('abort', stop);
        resolve(job === null ? null : begin(job));
      };
      if (signal.aborted) {
        taker(null);
        return;
      }
      signal.addEventListener('abort', stop);
      this.takers.add(taker);
      this.serve();
    });
  }

  /** Gives jobs to workers while there are both. A job whose last picture is still being written has to wait for it. */
  serve(): void {
    for (const taker of this.takers) {
      const job = this.waiting.find(({ hasFinishedTurns }) => hasFinishedTurns);
      if (job === undefined) return;
      this.waiting = this.waiting.filter((other) => other !== job);
      taker(job);
      this.tellPositions();
    }
  }

  private tellPositions(): void {
    for (const [index, job] of this.waiting.entries()) job.wait(index + 1);
  }
}
