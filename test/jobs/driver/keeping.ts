import { afterEach, describe, expect, test } from '@jest/globals';
import { NameTakenError } from '../../../src/jobs/queue-errors.js';
import { editJob } from '../edit-jobs.js';
import { type BenchOptions, DriverBench, type DriverFactory } from './driver-bench.js';

const NAME = { key: 'my-key', fingerprint: 'one' };

export function keepingTests(create: DriverFactory): void {
  describe('names, holds and retention', () => {
    let bench: DriverBench;
    const open = async (limits: BenchOptions['limits'] = {}): Promise<DriverBench> =>
      (bench = await DriverBench.open(create, { limits }));
    afterEach(() => bench.close());

    /** A job that is done, detached and left, with a file of so many bytes. */
    const keep = async (bytes: number): Promise<string> => {
      const id = await bench.submit(editJob(1));
      await bench.driver.jobs.detach(id);
      const turn = await bench.take();
      await bench.makePicture(turn);
      await bench.finish(turn, bytes);
      await bench.driver.jobs.leave(id);
      return id;
    };
    const areThere = (ids: readonly string[]): Promise<boolean[]> =>
      Promise.all(ids.map(async (id) => (await bench.driver.jobs.get(id)) !== null));

    test('the same name and content is the same job, also when it is done; another content is refused', async () => {
      const { driver } = await open();
      expect(await driver.jobs.isNamed(NAME.key)).toBe(false);
      const id = await bench.submit(editJob(1), { name: NAME });
      expect(await driver.jobs.isNamed(NAME.key)).toBe(true);
      expect(await bench.submit(editJob(1), { name: NAME })).toBe(id);
      await expect(bench.submit(editJob(1), { name: { ...NAME, fingerprint: 'two' } })).rejects.toThrow(NameTakenError);
      expect(await bench.submit(editJob(1), { name: { key: 'another', fingerprint: 'two' } })).not.toBe(id);
      await bench.work();
      expect(await bench.submit(editJob(1), { name: NAME })).toBe(id);
      expect((await bench.snapshot(id)).status).toBe('succeeded');
    });

    test('a job is found by its name, and held: it lives on when it is left by who submitted it', async () => {
      const { driver } = await open();
      expect(await driver.jobs.holdNamed(NAME)).toBeNull();
      const id = await bench.submit(editJob(1), { name: NAME });
      expect(await driver.jobs.holdNamed(NAME)).toBe(id);
      await expect(driver.jobs.holdNamed({ ...NAME, fingerprint: 'two' })).rejects.toThrow(NameTakenError);
      await driver.jobs.leave(id);
      expect((await bench.snapshot(id)).status).toBe('queued');
      await driver.jobs.leave(id);
      expect(await driver.jobs.holdNamed(NAME)).toBeNull();
    });

    test('two that come with one name at once are one job', async () => {
      await open();
      const ids = await Promise.all([1, 2, 3].map(() => bench.submit(editJob(1), { name: NAME })));
      expect(new Set(ids).size).toBe(1);
      await bench.take();
      expect(await bench.isQuiet()).toBe(true);
    });

    test('after a cancellation the name is free', async () => {
      const { driver } = await open();
      const id = await bench.submit(editJob(1), { name: NAME });
      await driver.jobs.cancel(id);
      expect(await driver.jobs.isNamed(NAME.key)).toBe(false);
      const again = await bench.submit(editJob(1), { name: { ...NAME, fingerprint: 'two' } });
      expect(again).not.toBe(id);
      await driver.jobs.leave(id);
      expect(await areThere([id, again])).toEqual([false, true]);
      expect(await driver.jobs.isNamed(NAME.key)).toBe(true);
    });

    test('a job that all have left is cancelled and forgotten, wherever it is', async () => {
      const { driver } = await open();
      const [running, waiting] = [await bench.submit(editJob(1), { name: NAME }), await bench.submit(editJob(1))];
      expect(await bench.submit(editJob(1), { name: NAME })).toBe(running);
      const turn = await bench.take();
      await driver.jobs.leave(running);
      expect((await bench.snapshot(running)).status).toBe('running');
      await driver.jobs.leave(running);
      await driver.jobs.leave(waiting);
      await bench.until(() => Promise.resolve(turn.signal.aborted));
      expect(await areThere([running, waiting])).toEqual([false, false]);
      expect(await bench.isQuiet()).toBe(true);
      expect(await bench.metric('qwen_edit_cancels_total{reason="client_gone"}')).toBe(2);
      await driver.jobs.leave('nothing');
    });

    test('a detached job goes on when all have left it, and is kept', async () => {
      const { driver } = await open();
      const id = await keep(100);
      expect((await bench.snapshot(id)).status).toBe('succeeded');
      expect(await driver.jobs.results(id)).toHaveLength(1);
    });

    test('a job that is done and not detached is there until its holder leaves', async () => {
      const { driver } = await open({ retentionBytes: 1 });
      const id = await bench.submit(editJob(1));
      await bench.work();
      expect(await driver.jobs.results(id)).toHaveLength(1);
      await driver.jobs.leave(id);
      expect(await areThere([id])).toEqual([false]);
      expect(await driver.jobs.results(id)).toEqual([]);
    });

    test('results are there one by one as they are made, and all in order', async () => {
      const { driver } = await open();
      const id = await bench.submit(editJob(3));
      await bench.work();
      expect(await driver.jobs.result(id, 0)).toMatchObject({ seed: 0 });
      expect(await driver.jobs.result(id, 1)).toBeNull();
      await bench.work();
      await bench.work();
      expect(await driver.jobs.result(id, 2)).toMatchObject({ seed: 2, bytes: new Uint8Array(100) });
      expect((await driver.jobs.results(id)).map(({ seed }) => seed)).toEqual([0, 1, 2]);
      expect(await driver.jobs.result(id, 3)).toBeNull();
      expect(await driver.jobs.result('nothing', 0)).toBeNull();
    });

    test('kept jobs are forgotten when their time is over, with their names and results', async () => {
      const { driver } = await open({ retentionSeconds: 2 });
      const id = await bench.submit(editJob(1), { name: NAME });
      const startedAt = performance.now();
      await bench.work();
      await driver.jobs.leave(id);
      await bench.until(async () => (await driver.jobs.get(id)) === null);
      // Not before its time, but for how far two clocks are apart; how much later depends on the machine.
      expect(performance.now() - startedAt).toBeGreaterThan(1950);
      expect(await driver.jobs.isNamed(NAME.key)).toBe(false);
      expect(await driver.jobs.results(id)).toEqual([]);
    });

    test('a job that has ended is forgotten when asked, with its name and results; one that is held when it is left', async () => {
      const { driver } = await open();
      const id = await bench.submit(editJob(1), { name: NAME });
      expect(await driver.jobs.forget(id)).toBe(false);
      await bench.work();
      expect(await driver.jobs.forget(id)).toBe(true);
      expect(await driver.jobs.isNamed(NAME.key)).toBe(false);
      expect(await driver.jobs.results(id)).toHaveLength(1);
      await driver.jobs.leave(id);
      expect(await areThere([id])).toEqual([false]);
      expect(await driver.jobs.results(id)).toEqual([]);
      const kept = await keep(100);
      expect(await driver.jobs.forget(kept)).toBe(true);
      expect(await areThere([kept])).toEqual([false]);
      expect(await driver.jobs.forget(kept)).toBe(false);
      expect(await driver.jobs.forget('nothing')).toBe(false);
    });

    test('beyond the limit in bytes the oldest are forgotten first; what is held stays', async () => {
      const { driver } = await open({ retentionBytes: 250_000 });
      const held = await bench.submit(editJob(1), { name: NAME });
      await bench.work();
      // It is kept for a moment, and held again.
      await driver.jobs.leave(held);
      expect(await bench.submit(editJob(1), { name: NAME })).toBe(held);
      const [first, second, third] = [await keep(100_000), await keep(100_000), await keep(100_000)];
      expect(await areThere([held, first, second, third])).toEqual([true, false, true, true]);
      const large = await keep(300_000);
      expect(await areThere([held, second, third, large])).toEqual([true, false, false, false]);
      await driver.jobs.leave(held);
      expect(await areThere([held])).toEqual([true]);
    });
  });
}
