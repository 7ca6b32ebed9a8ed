import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { TraceContext } from '../../../src/protocol/trace-context.js';
import { type RequestSpan, type SpanRecord, Tracing } from '../../../src/tracing/tracing.js';
import { editJob } from '../edit-jobs.js';
import type { PictureTurn } from '../../../src/jobs/work-queue.js';
import { DriverBench, type DriverFactory, editInput } from './driver-bench.js';

/** Keeps what is told. */
class SpanLog extends Tracing {
  readonly spans: { readonly parent: TraceContext; readonly span: SpanRecord }[] = [];

  begin(): RequestSpan {
    return { context: {}, end: () => undefined };
  }

  record(parent: TraceContext, span: () => SpanRecord): void {
    this.spans.push({ parent, span: span() });
  }

  end(): Promise<void> {
    return Promise.resolve();
  }
}

export function turnTests(create: DriverFactory): void {
  describe('turns', () => {
    let bench: DriverBench;
    let tracing: SpanLog;
    beforeEach(async () => {
      tracing = new SpanLog();
      bench = await DriverBench.open(create, { tracing });
    });
    afterEach(() => bench.close());

    test('jobs take turns, picture by picture: a short one waits for one picture of a batch', async () => {
      const [batch, short, pair] = [
        await bench.submit(editJob(3)),
        await bench.submit(editJob(1)),
        await bench.submit(editJob(1), { inputs: 2 }),
      ];
      const order = [];
      for (let turn = 0; turn < 6; turn += 1) {
        const { jobId, index, images } = await bench.work();
        order.push([jobId, index, images]);
      }
      expect(order).toEqual([
        [batch, 0, 3],
        [short, 0, 1],
        [pair, 0, 2],
        [batch, 1, 3],
        [pair, 1, 2],
        [batch, 2, 3],
      ]);
      expect(await bench.isQuiet()).toBe(true);
    });

    test('positions count the jobs before; while a picture is made its job has none', async () => {
      const jobs = [await bench.submit(editJob(2)), await bench.submit(editJob(1)), await bench.submit(editJob(1))];
      expect(await bench.positions(jobs)).toEqual([1, 2, 3]);
      const turn = await bench.take();
      expect(await bench.positions(jobs)).toEqual([null, 1, 2]);
      await bench.makePicture(turn);
      await bench.finish(turn);
      await bench.take();
      expect(await bench.positions(jobs)).toEqual([2, null, 1]);
    });

    test('a job’s next picture is not given out before the file of the last is there; others are', async () => {
      const batch = await bench.submit(editJob(2));
      const first = await bench.take();
      await bench.makePicture(first);
      expect(await bench.isQuiet()).toBe(true);
      const other = await bench.submit(editJob(1));
      expect((await bench.work()).jobId).toBe(other);
      expect(await bench.isQuiet()).toBe(true);
      await bench.finish(first);
      expect(await bench.take()).toMatchObject({ jobId: batch, index: 1 });
    });

    test('several workers: each has a picture of another job', async () => {
      const jobs = [await bench.submit(editJob(3)), await bench.submit(editJob(1)), await bench.submit(editJob(1))];
      const turns = await Promise.all([bench.take(), bench.take(), bench.take()]);
      expect(turns.map(({ jobId }) => jobId).sort()).toEqual(jobs.toSorted());
    });

    test('workers for which no job stands in line make pictures of one job side by side', async () => {
      const batch = await bench.submit(editJob(3));
      const turns = [await bench.take(), await bench.take(), await bench.take()];
      expect(turns.map(({ jobId, index }) => [jobId, index])).toEqual([0, 1, 2].map((index) => [batch, index]));
      expect(await bench.isQuiet()).toBe(true);
      expect(await bench.snapshot(batch)).toMatchObject({ status: 'running', position: null });
      for (const turn of turns.toReversed()) {
        await bench.makePicture(turn);
        await bench.finish(turn);
      }
      expect((await bench.snapshot(batch)).status).toBe('succeeded');
      expect((await bench.driver.jobs.results(batch)).map(({ seed }) => seed)).toEqual([0, 1, 2]);
    });

    test('a job that stands in line comes before further pictures of one that has some at engines', async () => {
      const batch = await bench.submit(editJob(5));
      const [first, second] = [await bench.take(), await bench.take()];
      const shorts = [await bench.submit(editJob(1)), await bench.submit(editJob(1))];
      expect(await bench.positions([batch, ...shorts])).toEqual([null, 1, 2]);
      await bench.makePicture(first);
      await bench.finish(first);
      // The batch still has one at an engine: it is in nobody's way, and has no position.
      expect(await bench.positions([batch, ...shorts])).toEqual([null, 1, 2]);
      const short = await bench.take();
      expect(short.jobId).toBe(shorts[0]);
      await bench.makePicture(second);
      await bench.finish(second);
      // Now it has none, and goes behind the other.
      expect((await bench.take()).jobId).toBe(shorts[1]);
      expect(await bench.positions([batch])).toEqual([1]);
      await bench.makePicture(short);
      await bench.finish(short);
      expect(await bench.take()).toMatchObject({ jobId: batch, index: 2 });
    });

    test('two batches share three workers evenly, whichever came first', async () => {
      const batches = [await bench.submit(editJob(10)), await bench.submit(editJob(10))];
      const taken = new Map(batches.map((id) => [id, 0]));
      const running: PictureTurn[] = [];
      const next = async (): Promise<void> => {
        const turn = await bench.take();
        taken.set(turn.jobId, (taken.get(turn.jobId) ?? 0) + 1);
        running.push(turn);
      };
      for (let worker = 0; worker < 3; worker += 1) await next();
      // The one that was begun first is done first.
      for (let round = 0; round < 9; round += 1) {
        const [turn] = running.splice(0, 1);
        if (turn === undefined) throw new Error('No picture is made');
        await bench.makePicture(turn);
        await bench.finish(turn);
        await next();
      }
      expect([...taken.values()]).toEqual([6, 6]);
    });

    test('a worker that waits is given the next job; one that waits no longer takes none', async () => {
      const gone = new AbortController();
      const nothing = bench.driver.work.take(gone.signal);
      gone.abort();
      expect(await nothing).toBeNull();
      expect(await bench.driver.work.take(gone.signal)).toBeNull();
      const turn = bench.take();
      const id = await bench.submit(editJob(1));
      expect((await turn).jobId).toBe(id);
    });

    test('a turn brings what the worker needs, and its inputs are there by index', async () => {
      const edit = editJob(2, { prompt: 'make it red' });
      const id = await bench.submit(edit, { inputs: 2, trace: { traceparent: 'a' } });
      // Clocks count whole milliseconds.
      await pause(5);
      const turn = await bench.take();
      expect(turn).toMatchObject({ jobId: id, edit, index: 0, images: 4, trace: { traceparent: 'a' } });
      expect(turn.waitedSeconds).toBeGreaterThan(0);
      expect(turn.signal.aborted).toBe(false);
      for (const index of [0, 1]) expect(await bench.driver.inputs.get(id, index)).toEqual(editInput(index));
      expect(await bench.driver.inputs.get(id, 2)).toBeNull();
    });

    test('a job tells what was done of it, and of each wait a span', async () => {
      const trace = { traceparent: 'a' };
      const id = await bench.submit(editJob(2), { trace });
      expect(await bench.snapshot(id)).toMatchObject({ status: 'queued', startedAt: null, progress: null });
      const turn = await bench.take();
      const progress = { step: 3, steps: 50, image: 1, images: 2, etaSeconds: 7 };
      await turn.report(progress, 5);
      expect(await bench.snapshot(id)).toMatchObject({ status: 'running', startedAt: expect.any(Date), progress });
      await bench.makePicture(turn, 2);
      await bench.finish(turn);
      await bench.work(3);
      const job = await bench.snapshot(id);
      expect(job).toMatchObject({ id, status: 'succeeded', failure: null, stageSeconds: { denoise: 5 } });
      expect(job.finishedAt?.getTime()).toBeGreaterThanOrEqual(job.startedAt?.getTime() ?? NaN);
      expect(job.waitedSeconds).toBeGreaterThanOrEqual(turn.waitedSeconds);
      const waits = tracing.spans.filter(({ span }) => span.name === 'queue');
      expect(waits[0]).toMatchObject({ parent: trace, span: { attributes: { 'edit.job': id } } });
    });
  });
}
