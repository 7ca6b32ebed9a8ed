import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EditError } from '../../../src/protocol/edit-error.js';
import { editJob } from '../edit-jobs.js';
import { DriverBench, type DriverFactory } from './driver-bench.js';

export function endTests(create: DriverFactory): void {
  describe('ends', () => {
    let bench: DriverBench;
    beforeEach(async () => {
      bench = await DriverBench.open(create);
    });
    afterEach(() => bench.close());

    const cancels = (reason: string): Promise<number> => bench.metric(`qwen_edit_cancels_total{reason="${reason}"}`);

    test('a job that waits is cancelled at once: it leaves the line, and its inputs are gone', async () => {
      const { jobs, inputs } = bench.driver;
      const [first, second] = [await bench.submit(editJob(2)), await bench.submit(editJob(1))];
      expect(await jobs.cancel(first)).toBe(true);
      expect(await bench.snapshot(first)).toMatchObject({
        status: 'cancelled',
        position: null,
        startedAt: null,
        failure: { kind: 'cancelled', message: 'The edit was cancelled' },
      });
      expect(await inputs.get(first, 0)).toBeNull();
      expect(await bench.positions([second])).toEqual([1]);
      expect((await bench.take()).jobId).toBe(second);
      expect(await jobs.cancel(first)).toBe(false);
      expect(await jobs.cancel('nothing')).toBe(false);
      expect(await cancels('deleted')).toBe(1);
    });

    test('a job that runs ends at once; its worker sees the signal, and nothing that it still reports counts', async () => {
      const { jobs, inputs, results } = bench.driver;
      const id = await bench.submit(editJob(2));
      const turn = await bench.take();
      expect(await jobs.cancel(id)).toBe(true);
      await bench.until(() => Promise.resolve(turn.signal.aborted));
      expect(await inputs.get(id, 0)).toBeNull();
      await turn.report({ step: 1, steps: 2, image: 1, images: 2, etaSeconds: null }, null);
      await bench.makePicture(turn);
      await bench.finish(turn);
      await turn.fail(new EditError('failed', 'no memory'));
      expect(await bench.snapshot(id)).toMatchObject({ status: 'cancelled', progress: null });
      expect((await bench.history(id)).map(({ type }) => type)).toEqual(['queued', 'started', 'failed']);
      expect(await bench.isQuiet()).toBe(true);
      await jobs.leave(id);
      expect(await results.list(id)).toEqual([]);
    });

    test('the end of a job ends every picture of it that is made side by side; other jobs’ go on', async () => {
      const batch = await bench.submit(editJob(4));
      const turns = [await bench.take(), await bench.take()];
      const other = await bench.submit(editJob(1));
      const otherTurn = await bench.take();
      await turns[1]?.fail(new EditError('failed', 'no memory'));
      await bench.until(() => Promise.resolve(turns.every(({ signal }) => signal.aborted)));
      expect(otherTurn.signal.aborted).toBe(false);
      await turns[0]?.fail(new EditError('cancelled', 'given up'));
      expect(await bench.snapshot(batch)).toMatchObject({ status: 'failed', failure: { message: 'no memory' } });
      expect(await bench.isQuiet()).toBe(true);
      await bench.makePicture(otherTurn);
      await bench.finish(otherTurn);
      expect((await bench.snapshot(other)).status).toBe('succeeded');
    });

    test('a file that comes when its job is forgotten is forgotten, too', async () => {
      const { jobs, results } = bench.driver;
      const id = await bench.submit(editJob(1));
      const turn = await bench.take();
      await bench.makePicture(turn);
      await jobs.leave(id);
      expect(await jobs.get(id)).toBeNull();
      await bench.finish(turn);
      await bench.until(async () => (await results.list(id)).length === 0);
    });

    test('a picture that fails ends its job, and the next one has its turn', async () => {
      const [failing, other] = [await bench.submit(editJob(2)), await bench.submit(editJob(1))];
      const ended = bench.driver.jobs.finished(failing);
      await (await bench.take()).fail(new EditError('failed', 'no memory'));
      expect(await ended).toMatchObject({ status: 'failed', failure: { kind: 'failed', message: 'no memory' } });
      expect((await bench.take()).jobId).toBe(other);
    });

    test('whether it waits or runs, a job fails when its time is over', async () => {
      const running = await bench.submit(editJob(1), { timeoutSeconds: 3 });
      const turn = await bench.take();
      const waiting = await bench.submit(editJob(1), { timeoutSeconds: 1 });
      for (const [id, seconds] of [
        [running, 3],
        [waiting, 1],
      ] as const) {
        expect(await bench.driver.jobs.finished(id)).toMatchObject({
          status: 'failed',
          failure: { kind: 'timeout', message: `The edit was not done within ${seconds} seconds` },
        });
      }
      await bench.until(() => Promise.resolve(turn.signal.aborted));
      expect(await bench.isQuiet()).toBe(true);
      await bench.until(async () => (await cancels('timeout')) === 2);
    });

    test('finished tells of an end that was, or that is to come, and of no job nothing', async () => {
      const id = await bench.submit(editJob(1));
      const ended = bench.driver.jobs.finished(id);
      const turn = await bench.work();
      expect(await ended).toMatchObject({ id, status: 'succeeded' });
      await bench.until(() => Promise.resolve(turn.signal.aborted));
      expect(await bench.driver.jobs.finished(id)).toMatchObject({ id, status: 'succeeded' });
      expect(await bench.driver.inputs.get(id, 0)).toBeNull();
      expect(await bench.driver.jobs.finished('nothing')).toBeNull();
    });

    test('drain waits for all jobs, and ends those that take longer than its grace', async () => {
      const { jobs } = bench.driver;
      const done = await bench.submit(editJob(1));
      const drained = jobs.drain(60);
      await bench.work();
      await drained;
      expect((await bench.snapshot(done)).status).toBe('succeeded');
      const late = [await bench.submit(editJob(1)), await bench.submit(editJob(1))];
      const turn = await bench.take();
      await jobs.drain(0.1);
      await bench.until(() => Promise.resolve(turn.signal.aborted));
      for (const id of late) {
        expect(await bench.snapshot(id)).toMatchObject({ status: 'failed', failure: { kind: 'unavailable' } });
      }
      expect(await cancels('shutdown')).toBe(2);
    });
  });
}
