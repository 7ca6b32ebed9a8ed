import type { JobLimits } from '../../config/settings.js';
import type { EditError } from '../../protocol/edit-error.js';
import type { QueueLoad } from '../admission/queue-load.js';
import type { InputStore } from '../input-store.js';
import { SpeedMeter } from '../speed-meter.js';
import type { PictureWork } from '../work-queue.js';
import type { PictureFile } from '../job-snapshot.js';
import type { InMemoryJob } from './in-memory-job.js';
import type { InMemoryResultStore } from './in-memory-result-store.js';
import { InMemoryTurn, type TurnListener } from './in-memory-turn.js';
import { JobLine } from './job-line.js';
import { JobRegistry } from './job-registry.js';
import { Reservations } from './reservations.js';

/** The jobs of this process, which both sides of the queue share, and what happens to them. */
export class InMemoryJobs implements TurnListener {
  readonly line = new JobLine();
  /**
   * The driver's own measure, by which admission weighs waits. Workers measure the same for a job's progress (see WorkerPool):
   * they share no memory with a driver, as other drivers may have them in other processes.
   */
  readonly speed = new SpeedMeter();
  readonly registry: JobRegistry;
  readonly reservations = new Reservations();
  /** Of the pictures that are at an engine. */
  private readonly turns = new Set<InMemoryTurn>();

  constructor(
    limits: JobLimits,
    readonly inputs: InputStore,
    readonly results: InMemoryResultStore,
  ) {
    this.registry = new JobRegistry(limits, results);
  }

  get picturesInFlight(): number {
    return this.turns.size;
  }

  get load(): QueueLoad {
    return {
      waiting: this.line.jobs.map(({ edit: { settings }, picturesLeft }) => ({ settings, picturesLeft })),
      running: [...this.turns].map((turn) =>
        turn.load(this.speed, this.isFirstOfJob(turn) ? turn.job.picturesLeft : 0),
      ),
      idleWorkers: this.line.idleWorkers,
      reservations: this.reservations.count,
    };
  }

  begin(job: InMemoryJob): InMemoryTurn {
    const turn = new InMemoryTurn(job, this);
    this.turns.add(turn);
    return turn;
  }

  made(turn: InMemoryTurn, { width, height, seconds, stageSeconds }: PictureWork): void {
    const { job } = turn;
    this.turns.delete(turn);
    this.speed.add(job.edit.settings, { width, height }, seconds);
    job.pictureMade(stageSeconds);
    if (job.isLive) this.line.rejoin(job);
  }

  finished({ job, index }: InMemoryTurn, file: PictureFile): void {
    if (!job.isLive) return;
    this.results.put(job.id, index, file);
    const isLast = job.finishPicture(index, file.bytes.length);
    if (isLast) this.end(job, null);
    else this.line.serve();
  }

  failed(turn: InMemoryTurn, failure: EditError): void {
    this.turns.delete(turn);
    this.end(turn.job, failure);
  }

  /** A job in line leaves it at once; the worker gives up one that runs when it sees the signal. */
  end(job: InMemoryJob, failure: EditError | null): void {
    if (!job.isLive) return;
    job.end(failure);
    void this.inputs.delete(job.id);
    this.line.leave(job);
    this.registry.ended(job);
  }

  /** Of several pictures of one job that are at engines. */
  private isFirstOfJob(turn: InMemoryTurn): boolean {
    return [...this.turns].find(({ job }) => job === turn.job) === turn;
  }
}
