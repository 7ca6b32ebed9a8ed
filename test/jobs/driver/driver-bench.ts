import { setTimeout as pause } from 'node:timers/promises';
import type { JobLimits } from '../../../src/config/settings.js';
import type { InputPicture } from '../../../src/images/input-picture.js';
import type { EditInput, EditJob } from '../../../src/jobs/edit-job.js';
import type { InputDecoder, JobFiles } from '../../../src/jobs/job-files.js';
import type { DriverParts, JobDriver } from '../../../src/jobs/job-driver.js';
import type { NumberedEvent } from '../../../src/jobs/job-event.js';
import type { JobName } from '../../../src/jobs/job-queue.js';
import type { JobSnapshot, PictureFile } from '../../../src/jobs/job-snapshot.js';
import type { PictureTurn } from '../../../src/jobs/work-queue.js';
import { Metrics } from '../../../src/metrics/metrics.service.js';
import type { TraceContext } from '../../../src/protocol/trace-context.js';
import { NoTracing } from '../../../src/tracing/tracing.js';
import { MODEL } from '../edit-jobs.js';

/** A driver that is tested, and what ends it. */
export interface DriverUnderTest {
  readonly driver: JobDriver;
  close(): Promise<void>;
}

export type DriverFactory = (parts: DriverParts) => Promise<DriverUnderTest>;

const LIMITS: JobLimits = {
  queueLimit: 32,
  requestTimeoutSeconds: 300,
  jobTimeoutSeconds: 3600,
  retentionSeconds: 3600,
  retentionBytes: 1e9,
};
/** What is due comes sooner, however busy the machine is; less than a test may last, so that it can say what has not come. */
const DUE_MILLISECONDS = 45_000;
const QUIET_MILLISECONDS = 150;
/** What a picture takes if the test doesn't say. */
const PICTURE_SECONDS = 0.01;

export interface BenchOptions {
  readonly limits?: Partial<JobLimits>;
  readonly tracing?: DriverParts['tracing'];
}

export interface Submission {
  /** Edits of the job, with pictures that only tell which is which. */
  readonly inputs?: number;
  /** Pictures that an engine can take, one an edit. */
  readonly pictures?: readonly InputPicture[];
  readonly timeoutSeconds?: number;
  readonly name?: JobName | null;
  readonly trace?: TraceContext;
}

/** Files that only tell which is which, for drivers that take them. */
function jobFiles(count: number): JobFiles {
  const pictures = Array.from({ length: count }, (_, index) => new Uint8Array([index]));
  return { kind: 'separate', asked: 'auto', pictures, mask: null };
}

const decoder: InputDecoder = {
  decode: ({ pictures }) => Promise.resolve(editInput(pictures[0]?.[0] ?? NaN)),
};

/** Both sides of a driver, driven by hand: its own tests' caller and worker. */
export class DriverBench {
  private constructor(
    private readonly tested: DriverUnderTest,
    private readonly metrics: Metrics,
  ) {}

  static async open(create: DriverFactory, { limits, tracing }: BenchOptions = {}): Promise<DriverBench> {
    const metrics = new Metrics();
    const parts: DriverParts = {
      limits: { ...LIMITS, ...limits },
      uploadsMaxBytes: 1e9,
      decoder,
      redis: null,
      servedModel: () => MODEL,
      models: () => [MODEL],
      metrics,
      tracing: tracing ?? new NoTracing(),
    };
    return new DriverBench(await create(parts), metrics);
  }

  get driver(): JobDriver {
    return this.tested.driver;
  }

  async close(): Promise<void> {
    await this.driver.jobs.drain(0);
    await this.tested.close();
  }

  async submit(edit: EditJob, options: Submission = {}): Promise<string> {
    const { inputs = 1, timeoutSeconds = 60, name = null, trace = {} } = options;
    const reservation = await this.driver.jobs.reserve(timeoutSeconds);
    const edits =
      options.pictures?.map((picture) => ({ references: [picture], masked: null })) ??
      Array.from({ length: inputs }, (_, index) => editInput(index));
    return this.driver.jobs.submit(edit, edits, {
      reservation,
      timeoutSeconds,
      files: jobFiles(edits.length),
      name,
      trace,
    });
  }

  /** The next turn, which is due. */
  async take(): Promise<PictureTurn> {
    const turn = await this.driver.work.take(AbortSignal.timeout(DUE_MILLISECONDS));
    if (turn === null) throw new Error('No turn has come');
    return turn;
  }

  /** No turn comes in a while. */
  async isQuiet(): Promise<boolean> {
    return (await this.driver.work.take(AbortSignal.timeout(QUIET_MILLISECONDS))) === null;
  }

  /** The turn's picture is made, its file not yet there. */
  async makePicture(turn: PictureTurn, seconds = PICTURE_SECONDS): Promise<void> {
    const stageSeconds = { text: 0, encode: 0, denoise: seconds, decode: 0 };
    await turn.made({ width: 1024, height: 1024, seconds, stageSeconds });
  }

  async finish(turn: PictureTurn, bytes = 100): Promise<void> {
    await turn.finish(pictureFile(turn.index, bytes));
  }

  /** Takes the next turn and does all its work. */
  async work(seconds?: number): Promise<PictureTurn> {
    const turn = await this.take();
    await this.makePicture(turn, seconds);
    await this.finish(turn);
    return turn;
  }

  async snapshot(id: string): Promise<JobSnapshot> {
    const job = await this.driver.jobs.get(id);
    if (job === null) throw new Error('There is no such job');
    return job;
  }

  positions(ids: readonly string[]): Promise<(number | null)[]> {
    return Promise.all(ids.map(async (id) => (await this.snapshot(id)).position));
  }

  /** What a reader that comes after event number `after` sees of an ended job. */
  async history(id: string, after = 0): Promise<NumberedEvent[]> {
    const events: NumberedEvent[] = [];
    for await (const event of this.driver.jobs.events(id, after, AbortSignal.timeout(DUE_MILLISECONDS))) {
      events.push(event);
    }
    return events;
  }

  /** What a reader sees of a job that goes on: waits for so many events, and a while for more. */
  async soFar(id: string, count: number): Promise<NumberedEvent[]> {
    const seen: NumberedEvent[] = [];
    const over = new AbortController();
    const late = setTimeout(() => over.abort(), DUE_MILLISECONDS);
    const end = (): void => void setTimeout(() => over.abort(), QUIET_MILLISECONDS);
    if (count === 0) end();
    for await (const event of this.driver.jobs.events(id, 0, over.signal)) {
      seen.push(event);
      if (seen.length === count) end();
    }
    clearTimeout(late);
    return seen;
  }

  /** Waits until it is so. */
  async until(isSo: () => Promise<boolean>): Promise<void> {
    const start = performance.now();
    while (!(await isSo())) {
      if (performance.now() - start > DUE_MILLISECONDS) throw new Error('It has not become so');
      await pause(20);
    }
  }

  /** The value of a metric as it is scraped. */
  async metric(name: string): Promise<number> {
    const { text } = await this.metrics.text();
    const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
    return Number(line?.slice(name.length + 1));
  }
}

/** An input that is told by its size. */
export function editInput(index: number): EditInput {
  const size = { width: index + 1, height: index + 1 };
  const image = { ...size, data: new Uint8Array(3 * size.width * size.height) };
  const mask = { ...size, data: new Uint8Array(size.width * size.height).fill(index) };
  return {
    references: [{ conditions: [image], size }],
    masked: { atResult: image, atMade: image, weights: mask, changes: mask },
  };
}

/** A file that is told by its seed. */
export function pictureFile(index: number, bytes: number): PictureFile {
  const tokens = { text: 1, references: 1, target: 1 };
  return { bytes: new Uint8Array(bytes), width: 1024, height: 1024, seed: index, inputIndex: 0, tokens, warnings: [] };
}
