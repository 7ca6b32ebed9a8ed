import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import type { InputPicture } from '../../../src/images/input-picture.js';
import type { PictureEngine, ProgressListener } from '../../../src/inference/picture-engine.js';
import { createDriver, DEFAULT_DRIVER } from '../../../src/jobs/create-driver.js';
import type { EditJob } from '../../../src/jobs/edit-job.js';
import { SpeedMeter } from '../../../src/jobs/speed-meter.js';
import { JobWorker } from '../../../src/jobs/worker/job-worker.js';
import { PictureEncoder } from '../../../src/jobs/worker/picture-encoder.service.js';
import { Metrics } from '../../../src/metrics/metrics.service.js';
import { EditError } from '../../../src/protocol/edit-error.js';
import type { ModelInfo } from '../../../src/protocol/model-info.js';
import type { EditSettings } from '../../../src/protocol/edit-settings.js';
import type { MadePicture } from '../../../src/protocol/picture.js';
import type { PictureRequest } from '../../../src/protocol/picture-request.js';
import { NoTracing } from '../../../src/tracing/tracing.js';
import { inputPicture } from '../../support/input-picture.js';
import { EngineProcess } from '../../support/engine-process.js';
import { DriverBench } from '../driver/driver-bench.js';
import { editJob } from '../edit-jobs.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const MINIATURE = join(ROOT, 'models', 'mini');
const PICTURE = join(ROOT, 'test', 'fixtures', 'pictures', 'small.png');

/** An engine process, which a test can say to be away for a while. */
class TestEngine implements PictureEngine {
  readonly made: string[] = [];

  constructor(readonly name: string) {}

  private readonly process = new EngineProcess();
  private end = new AbortController();
  private waiting: (() => void)[] = [];
  private isReady = false;

  async load(): Promise<ModelInfo> {
    const model = await this.process.load(MINIATURE, 'cpu', 'fp32');
    this.comeBack();
    return model;
  }

  comeBack(): void {
    this.isReady = true;
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  leave(): void {
    this.isReady = false;
    this.end.abort();
    this.end = new AbortController();
  }

  stop(): void {
    this.comeBack();
    this.leave();
    this.process.stop();
  }

  async settled(): Promise<AbortSignal> {
    if (!this.isReady) await new Promise<void>((resolve) => this.waiting.push(resolve));
    return this.end.signal;
  }

  async make(request: PictureRequest, listener: ProgressListener, signal: AbortSignal): Promise<MadePicture> {
    const { outcome, previews } = await this.process.make(request, (step, cancel) => {
      if (signal.aborted) cancel();
      listener.progress(step, request.numInferenceSteps);
    });
    for (const { index, image } of previews) listener.preview(index, image);
    if (outcome.type === 'failed') throw new EditError(outcome.kind, outcome.message);
    this.made.push(request.editKey);
    return outcome;
  }
}

describe('workers', () => {
  const engines = [new TestEngine('0'), new TestEngine('1')] as const;
  let bench: DriverBench;
  let workers: JobWorker[] = [];
  let picture: InputPicture;
  beforeAll(async () => {
    const [model] = await Promise.all([engines[0].load(), engines[1].load()]);
    picture = await inputPicture(PICTURE, model.sizeRules);
  });
  afterAll(() => engines.forEach((engine) => engine.stop()));
  beforeEach(async () => {
    bench = await DriverBench.open(async (parts) => ({
      driver: await createDriver(DEFAULT_DRIVER, parts),
      close: () => Promise.resolve(),
    }));
    engines.forEach((engine) => engine.made.splice(0));
  });
  afterEach(async () => {
    // Those that wait for a picture stop when their engines leave.
    workers.forEach((worker) => worker.stop());
    engines.forEach((engine) => engine.leave());
    engines.forEach((engine) => engine.comeBack());
    await bench.close();
  });

  const start = (count: number): void => {
    const { work: queue, inputs, results } = bench.driver;
    const shared = { encoder: new PictureEncoder(), metrics: new Metrics(), tracing: new NoTracing() };
    const parts = { queue, inputs, results, speed: new SpeedMeter(), engines: () => count, ...shared };
    workers = engines.slice(0, count).map((engine) => new JobWorker(engine, parts));
    for (const worker of workers) void worker.run();
  };
  const small = (n: number, changes: Partial<EditSettings> = {}): EditJob =>
    editJob(n, { size: { width: 64, height: 64 }, numInferenceSteps: 1, trueCfgScale: 1, ...changes });
  const submit = (edit: EditJob): Promise<string> => bench.submit(edit, { pictures: [picture] });
  const ended = async (id: string): Promise<string | undefined> => (await bench.driver.jobs.finished(id))?.status;

  test('a picture is made, told of on its way, and its file is there', async () => {
    start(1);
    const id = await submit(small(2, { numInferenceSteps: 2, partialImages: 1 }));
    expect(await ended(id)).toBe('succeeded');
    const results = await bench.driver.jobs.results(id);
    expect(results).toMatchObject([
      { seed: 1, inputIndex: 0, width: 64, height: 64 },
      { seed: 2, inputIndex: 0, width: 64, height: 64 },
    ]);
    for (const { bytes } of results) expect(Buffer.from(bytes.subarray(1, 4)).toString()).toBe('PNG');
    const types = (await bench.history(id)).map(({ type }) => type);
    expect(types).toEqual(['queued', 'started', 'picture', 'progress', 'picture', 'succeeded']);
  });

  test('several engines share the work, whose results are in order', async () => {
    start(2);
    const ids = await Promise.all([1, 2, 3, 4].map(() => submit(small(2))));
    for (const id of ids) {
      expect(await ended(id)).toBe('succeeded');
      expect((await bench.driver.jobs.results(id)).map(({ seed }) => seed)).toEqual([1, 2]);
    }
    for (const { made } of engines) expect(made.length).toBeGreaterThan(0);
    expect(engines[0].made.length + engines[1].made.length).toBe(8);
  });

  test('while its engine is away a worker takes nothing, also one that waited for work', async () => {
    start(1);
    expect(await ended(await submit(small(1)))).toBe('succeeded');
    engines[0].leave();
    const id = await submit(small(1));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await bench.snapshot(id)).toMatchObject({ status: 'queued', position: 1 });
    engines[0].comeBack();
    expect(await ended(id)).toBe('succeeded');
  });

  test('a picture that fails ends its job alone', async () => {
    start(1);
    const failing = await submit(small(1, { maxSequenceLength: 1 }));
    const other = await submit(small(1));
    expect(await ended(failing)).toBe('failed');
    expect(await ended(other)).toBe('succeeded');
  });
});
