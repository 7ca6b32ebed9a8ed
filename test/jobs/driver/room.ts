import { afterEach, describe, expect, test } from '@jest/globals';
import { QueueFullError } from '../../../src/jobs/queue-errors.js';
import { editJob } from '../edit-jobs.js';
import { type BenchOptions, DriverBench, type DriverFactory } from './driver-bench.js';

/** The refusal of what is asked for; null: it was let in. */
async function refusal(asked: Promise<unknown>): Promise<QueueFullError | null> {
  try {
    await asked;
    return null;
  } catch (error) {
    if (error instanceof QueueFullError) return error;
    throw error;
  }
}

export function roomTests(create: DriverFactory): void {
  describe('room', () => {
    let bench: DriverBench;
    const open = async (limits: BenchOptions['limits'] = {}): Promise<DriverBench> =>
      (bench = await DriverBench.open(create, { limits }));
    afterEach(() => bench.close());

    test('QUEUE_LIMIT jobs may stand in line or be reserved for, and one more goes to an engine at once', async () => {
      const { driver } = await open({ queueLimit: 2 });
      await bench.submit(editJob(1));
      const reservations = [await driver.jobs.reserve(60), await driver.jobs.reserve(60)];
      expect(await refusal(driver.jobs.reserve(60))).toMatchObject({
        kind: 'busy',
        message: 'The queue is full: 2 jobs wait already (QUEUE_LIMIT)',
      });
      reservations[0]?.release();
      reservations[0]?.release();
      await bench.submit(editJob(1));
      expect(await refusal(driver.jobs.reserve(60))).not.toBeNull();
      // The engine is busy then.
      await bench.take();
      expect(await refusal(driver.jobs.reserve(60))).not.toBeNull();
      reservations[1]?.release();
      expect(await refusal(bench.submit(editJob(1)))).toBeNull();
      expect(await refusal(driver.jobs.reserve(60))).not.toBeNull();
    });

    test('refused callers are told to come again within a minute, one after the other', async () => {
      const { driver } = await open({ queueLimit: 1 });
      await bench.submit(editJob(1));
      await bench.work(7);
      await bench.submit(editJob(1));
      await bench.submit(editJob(1));
      const told = [];
      for (let asked = 0; asked < 12; asked += 1) {
        told.push((await refusal(driver.jobs.reserve(60)))?.retryAfterSeconds ?? NaN);
      }
      expect(told).toEqual(told.toSorted((a, b) => a - b));
      expect(told[0]).toBeGreaterThanOrEqual(1);
      // Seven seconds apart.
      expect((told[2] ?? NaN) - (told[1] ?? NaN)).toBe(7);
      expect(told.at(-1)).toBe(60);
    });

    test('by measured speed: a job whose turn comes too late is not let in', async () => {
      const { driver } = await open();
      await bench.submit(editJob(1));
      await bench.work(10);
      await bench.submit(editJob(4));
      const turn = await bench.take();
      const wait = async (seconds: number): Promise<string | null> => {
        const reserved = driver.jobs.reserve(seconds);
        const error = await refusal(reserved);
        if (error === null) (await reserved).release();
        return error?.message ?? null;
      };
      expect(await wait(8)).toBe('The wait would be about 10 seconds, longer than the time limit of 8 seconds');
      expect(await wait(11)).toBeNull();
      // One step is not yet a pace; two are, and count more than what others took.
      const progress = { step: 1, steps: 50, image: 1, images: 1, etaSeconds: null };
      await turn.report(progress, null);
      expect(await wait(11)).toBeNull();
      await turn.report({ ...progress, step: 2 }, 40);
      expect(await wait(30)).toBe('The wait would be about 40 seconds, longer than the time limit of 30 seconds');
      expect(await wait(41)).toBeNull();
      await bench.submit(editJob(1));
      expect(await wait(45)).toBe('The wait would be about 50 seconds, longer than the time limit of 45 seconds');
    });

    test('a job that would be done too late is refused with what it takes; its reservation is free again', async () => {
      const { driver } = await open({ queueLimit: 1 });
      await bench.submit(editJob(1));
      await bench.work(10);
      await bench.submit(editJob(1));
      await bench.take();
      const late = await refusal(
        bench.submit(editJob(3), { timeoutSeconds: 35, name: { key: 'k', fingerprint: 'f' } }),
      );
      expect(late?.message).toBe('The edit would be done in about 40 seconds, later than the time limit of 35 seconds');
      expect(await driver.jobs.isNamed('k')).toBe(false);
      // What it takes by itself is its own affair.
      await bench.submit(editJob(4), { timeoutSeconds: 35 });
    });

    test('the queue’s depth is told', async () => {
      await open();
      for (let job = 0; job < 3; job += 1) await bench.submit(editJob(2));
      expect(await bench.metric('qwen_edit_queue_depth_jobs')).toBe(3);
      await bench.take();
      expect(await bench.metric('qwen_edit_queue_depth_jobs')).toBe(2);
    });
  });
}
