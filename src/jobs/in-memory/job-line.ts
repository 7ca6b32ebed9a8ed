import type { InMemoryJob } from './in-memory-job.js';

/** Takes the job whose turn has come; null: none will be given. */
type Taker = (job: InMemoryJob | null) => void;

/**
 * Jobs with pictures whose turn has not come, and the workers that wait for one. A worker gets a picture of the job that has the
 * fewest at engines; of several such jobs, of the one that had its last turn the longest time ago.
 */
export class JobLine {
  /** Those that stand in line, and those that have a picture at an engine: by when they had their turn, or came. */
  private waiting: InMemoryJob[] = [];
  private readonly takers = new Set<Taker>();

  /** Those that stand in line, the next one first: no engine makes a picture of theirs. */
  get jobs(): readonly InMemoryJob[] {
    return this.waiting.filter(({ picturesInFlight }) => picturesInFlight === 0);
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

  /**
   * A picture of a job is made. If it was the last at an engine the job goes behind the others in line. If it is next anyway it
   * doesn't wait, and is told no position.
   */
  rejoin(job: InMemoryJob): void {
    if (job.picturesInFlight === 0) this.moveBehind(job);
  }

  leave(job: InMemoryJob): void {
    this.waiting = this.waiting.filter((other) => other !== job);
    this.tellPositions();
  }

  /**
   * Waits for the next job.
   * @param begin called at the very moment when the job's turn has come
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

  /** Gives pictures to workers while there are both. A job of which a picture is still being written has to wait for it. */
  serve(): void {
    for (const taker of this.takers) {
      const job = this.next();
      if (job === undefined) return;
      taker(job);
      this.moveBehind(job);
      this.tellPositions();
    }
  }

  private next(): InMemoryJob | undefined {
    const jobs = this.waiting.filter(({ isWriting }) => !isWriting);
    const fewest = Math.min(...jobs.map(({ picturesInFlight }) => picturesInFlight));
    return jobs.find(({ picturesInFlight }) => picturesInFlight === fewest);
  }

  /** One that has no more pictures to give out is none of the line. */
  private moveBehind(job: InMemoryJob): void {
    this.waiting = this.waiting.filter((other) => other !== job);
    if (job.picturesLeft > 0) this.waiting.push(job);
  }

  private tellPositions(): void {
    for (const [index, job] of this.jobs.entries()) job.wait(index + 1);
  }
}
