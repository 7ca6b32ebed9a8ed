import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { jobsConfig } from '../../config/namespaces.js';
import { EditError } from '../../protocol/edit-error.js';
import { EngineSupervisor } from '../../inference/engine-supervisor.service.js';
import { Metrics } from '../../metrics/metrics.service.js';
import { Tracing } from '../../tracing/tracing.js';
import type { EditInputs, EditOrder } from '../edit-order.js';
import type { NumberedEvent } from '../job-event.js';
import { type JobName, JobQueue, type Place, type SubmitOptions } from '../job-queue.js';
import type { JobSnapshot, PictureFile } from '../job-snapshot.js';
import { PictureEncoder } from '../worker/picture-encoder.service.js';
import { NameTakenError } from '../queue-errors.js';
import { ResultStore } from '../result-store.js';
import { SpeedMeter } from '../speed-meter.js';
import { Admission } from './admission.js';
import { InMemoryJob } from './in-memory-job.js';
import { JobRegistry } from './job-registry.js';
import { JobWorker } from '../worker/job-worker.js';
import type { PictureRun } from '../worker/picture-run.js';

/** Keeps jobs in this process's memory and hands their pictures to the engine one by one. */
@Injectable()
export class InMemoryJobQueue extends JobQueue {
  private readonly speed = new SpeedMeter();
  private readonly shelf: JobRegistry;
  private readonly admission: Admission;
  private readonly maker: JobWorker;
  private waiting: InMemoryJob[] = [];
  private turn: PictureRun | null = null;
  private isWorking = false;

  constructor(
    private readonly engine: EngineSupervisor,
    encoder: PictureEncoder,
    private readonly store: ResultStore,
    private readonly metrics: Metrics,
    private readonly tracing: Tracing,
    @Inject(jobsConfig.KEY) limits: ConfigType<typeof jobsConfig>,
  ) {
    super();
    metrics.measureQueue(() => this.waiting.length);
    this.shelf = new JobRegistry(limits, store);
    this.admission = new Admission(limits.queueLimit, this.speed);
    this.maker = new JobWorker(engine, encoder, store, metrics, this.speed, (job, failure) => this.end(job, failure));
  }

  reserve(timeoutSeconds: number): Promise<Place> {
    return new Promise((resolve) => resolve(this.admission.reserve(timeoutSeconds, this.waiting, this.turn)));
  }

  isNamed(key: string): Promise<boolean> {
    return Promise.resolve(this.shelf.named(key) !== undefined);
  }

  submit(order: EditOrder, inputs: EditInputs, options: SubmitOptions): Promise<string> {
    return new Promise((resolve) => {
      options.place.release();
      const job =
        this.sameJob(options.name) ?? this.add(new InMemoryJob(order, inputs, options, this.tracing), options);
      this.shelf.hold(job);
      resolve(job.id);
    });
  }

  detach(id: string): Promise<void> {
    const job = this.shelf.get(id);
    if (job !== undefined) job.isDetached = true;
    return Promise.resolve();
  }

  leave(id: string): Promise<void> {
    const job = this.shelf.get(id);
    if (job === undefined) return Promise.resolve();
    this.shelf.release(job);
    if (job.holders === 0 && !job.isDetached && job.isLive) {
      this.metrics.cancelled('client_gone');
      this.end(job, new EditError('cancelled', 'The edit was cancelled: its client has gone'));
    }
    this.shelf.settle(job);
    return Promise.resolve();
  }

  get(id: string): Promise<JobSnapshot | null> {
    return Promise.resolve(this.shelf.get(id)?.snapshot() ?? null);
  }

  results(id: string): Promise<readonly PictureFile[]> {
    return this.store.list(id);
  }

  async finished(id: string): Promise<JobSnapshot | null> {
    const job = this.shelf.get(id);
    await job?.ended;
    return job?.snapshot() ?? null;
  }

  cancel(id: string): Promise<boolean> {
    const job = this.shelf.get(id);
    if (job?.isLive !== true) return Promise.resolve(false);
    this.metrics.cancelled('deleted');
    this.end(job, new EditError('cancelled', 'The edit was cancelled'));
    return Promise.resolve(true);
  }

  async *events(id: string, after: number, signal: AbortSignal): AsyncGenerator<NumberedEvent> {
    const job = this.shelf.get(id);
    if (job !== undefined) yield* job.log.read(after, signal);
  }

  async drain(graceSeconds: number): Promise<void> {
    const graceEnd = new AbortController();
    const grace = pause(graceSeconds * 1000, undefined, { signal: graceEnd.signal }).catch(() => undefined);
    const allEnded = async (): Promise<void> => {
      for (let [job] = this.shelf.live(); job !== undefined; [job] = this.shelf.live()) await job.ended;
    };
    await Promise.race([allEnded(), grace]);
    graceEnd.abort();
    for (const job of this.shelf.live()) {
      this.metrics.cancelled('shutdown');
      this.end(job, new EditError('unavailable', 'The service is shutting down, and the edit was not done in time'));
    }
  }

  private sameJob(name: JobName | null): InMemoryJob | null {
    const job = name === null ? undefined : this.shelf.named(name.key);
    if (job === undefined) return null;
    if (job.name?.fingerprint !== name?.fingerprint) throw new NameTakenError();
    return job;
  }

  private add(job: InMemoryJob, { timeoutSeconds }: SubmitOptions): InMemoryJob {
    this.admission.check(job, timeoutSeconds, this.waiting, this.turn);
    this.shelf.add(job);
    const timer = setTimeout(() => {
      this.metrics.cancelled('timeout');
      this.end(job, new EditError('timeout', `The edit was not done within ${timeoutSeconds} seconds`));
    }, timeoutSeconds * 1000);
    job.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
    this.waiting.push(job);
    this.tellPositions();
    void this.work();
    return job;
  }

  /** A job that waits leaves the queue at once; the engine gives up one that runs at its next step. */
  private end(job: InMemoryJob, failure: EditError | null): void {
    job.end(failure);
    this.waiting = this.waiting.filter((other) => other !== job);
    this.tellPositions();
    this.shelf.settle(job);
  }

  private tellPositions(): void {
    for (const [index, job] of this.waiting.entries()) job.wait(index + 1);
  }

  private async work(): Promise<void> {
    if (this.isWorking) return;
    this.isWorking = true;
    while (this.waiting.length > 0) {
      await this.engine.settled();
      const job = this.waiting.shift();
      if (job === undefined) break;
      const turn = this.maker.begin(job);
      this.turn = turn;
      this.tellPositions();
      await this.maker.make(turn);
      this.turn = null;
      if (job.isLive && job.picturesLeft > 0) this.waiting.push(job);
    }
    this.isWorking = false;
  }
}
