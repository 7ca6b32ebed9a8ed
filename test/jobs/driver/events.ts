import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { JobEvent, JobProgress } from '../../../src/jobs/job-event.js';
import type { PictureTurn } from '../../../src/jobs/work-queue.js';
import { EditError } from '../../../src/protocol/edit-error.js';
import { editJob } from '../edit-jobs.js';
import { DriverBench, type DriverFactory } from './driver-bench.js';

const typesOf = (events: readonly JobEvent[]): string[] => events.map(({ type }) => type);

/** Two steps and two previews of a picture. */
async function tellSteps(turn: PictureTurn): Promise<void> {
  for (const step of [1, 2]) {
    const image = turn.index + 1;
    await turn.report({ step, steps: 2, image, images: turn.images, etaSeconds: null }, null);
    await turn.preview({ image, index: step - 1, bytes: new Uint8Array(10), width: 8, height: 8 });
  }
}

export function eventTests(create: DriverFactory): void {
  describe('events', () => {
    let bench: DriverBench;
    beforeEach(async () => {
      bench = await DriverBench.open(create);
    });
    afterEach(() => bench.close());

    /** A job of two pictures that is done. */
    const done = async (): Promise<string> => {
      const id = await bench.submit(editJob(2));
      for (let picture = 0; picture < 2; picture += 1) {
        const turn = await bench.take();
        await tellSteps(turn);
        await bench.makePicture(turn);
        await bench.finish(turn);
      }
      return id;
    };

    test('a reader that follows a job sees everything that happens to it, in order', async () => {
      const id = await bench.submit(editJob(1));
      const events = bench.driver.jobs.events(id, 0, AbortSignal.timeout(45_000))[Symbol.asyncIterator]();
      const next = async (): Promise<unknown> => ((await events.next()) as IteratorResult<JobEvent>).value;
      expect(await next()).toMatchObject({ type: 'queued', position: 1, number: 1, at: expect.any(Date) });
      const turn = await bench.take();
      expect(await next()).toMatchObject({ type: 'started', number: 2, at: expect.any(Date) });
      const progress = { step: 1, steps: 2, image: 1, images: 1, etaSeconds: 4 };
      await turn.report(progress, null);
      expect(await next()).toMatchObject({ type: 'progress', progress, number: 3 });
      const preview = { image: 1, index: 0, bytes: new Uint8Array([1, 2, 3]), width: 8, height: 8 };
      await turn.preview(preview);
      expect(await next()).toMatchObject({ type: 'preview', preview, number: 4 });
      await bench.makePicture(turn);
      await bench.finish(turn);
      expect(await next()).toMatchObject({ type: 'picture', index: 0, number: 5 });
      expect(await next()).toMatchObject({ type: 'succeeded', number: 6 });
      expect((await events.next()).done).toBe(true);
    });

    test('the last step is told before the picture is, however soon the picture comes', async () => {
      const id = await bench.submit(editJob(1));
      const turn = await bench.take();
      const progress = (step: number): JobProgress => ({ step, steps: 8, image: 1, images: 1, etaSeconds: 0 });
      for (let step = 1; step <= 8; step += 1) void turn.report(progress(step), null);
      await bench.makePicture(turn);
      expect((await bench.snapshot(id)).progress).toEqual(progress(8));
      await bench.finish(turn);
      const told = (await bench.history(id)).flatMap((event) => (event.type === 'progress' ? [event.progress] : []));
      expect(told).toEqual([progress(8)]);
    });

    test('a reader that comes later does not see what newer events have superseded', async () => {
      const id = await bench.submit(editJob(2));
      const turn = await bench.take();
      await tellSteps(turn);
      const seen = await bench.soFar(id, 4);
      expect(typesOf(seen)).toEqual(['queued', 'started', 'progress', 'preview']);
      expect(seen.slice(2)).toMatchObject([{ progress: { step: 2 } }, { preview: { index: 1 } }]);
      await bench.makePicture(turn);
      await bench.finish(turn);
      expect(typesOf(await bench.soFar(id, 4))).toEqual(['queued', 'started', 'progress', 'picture']);
      await bench.work();
      expect(typesOf(await bench.history(id))).toEqual([
        'queued',
        'started',
        'progress',
        'picture',
        'picture',
        'succeeded',
      ]);
    });

    test('of pictures that are made side by side is told in their order: never of one before the others before it', async () => {
      const id = await bench.submit(editJob(2));
      const [first, second] = [await bench.take(), await bench.take()];
      await tellSteps(second);
      expect(typesOf(await bench.soFar(id, 2))).toEqual(['queued', 'started']);
      expect((await bench.snapshot(id)).progress).toBeNull();
      await tellSteps(first);
      expect((await bench.soFar(id, 4)).slice(2)).toMatchObject([
        { progress: { image: 1, step: 2 } },
        { preview: { image: 1, index: 1 } },
      ]);
      await bench.makePicture(second);
      await bench.finish(second);
      // Its result can be had, and is not told of yet.
      expect(await bench.driver.jobs.result(id, 1)).not.toBeNull();
      expect(typesOf(await bench.soFar(id, 4))).toEqual(['queued', 'started', 'progress', 'preview']);
      await bench.makePicture(first);
      await bench.finish(first);
      const pictures = (await bench.history(id)).filter(({ type }) => type === 'picture');
      expect(pictures).toMatchObject([{ index: 0 }, { index: 1 }]);
      expect((await bench.history(id)).at(-1)).toMatchObject({ type: 'succeeded' });
    });

    test('what was said of a picture that becomes the first is told then', async () => {
      const id = await bench.submit(editJob(2));
      const [first, second] = [await bench.take(), await bench.take()];
      await tellSteps(second);
      await bench.makePicture(first);
      await bench.finish(first);
      const seen = await bench.soFar(id, 5);
      expect(typesOf(seen)).toEqual(['queued', 'started', 'picture', 'progress', 'preview']);
      expect(seen.slice(3)).toMatchObject([{ progress: { image: 2, step: 2 } }, { preview: { image: 2, index: 1 } }]);
      expect(await bench.snapshot(id)).toMatchObject({ progress: { image: 2, step: 2 } });
    });

    test('an end supersedes previews, too', async () => {
      const id = await bench.submit(editJob(1));
      const turn = await bench.take();
      await tellSteps(turn);
      await turn.fail(new EditError('failed', 'no memory'));
      const events = await bench.history(id);
      expect(typesOf(events)).toEqual(['queued', 'started', 'progress', 'failed']);
      expect(events.at(-1)).toMatchObject({ failure: { kind: 'failed', message: 'no memory' } });
    });

    test('a reader goes on after the number that it saw last', async () => {
      const id = await done();
      const all = await bench.history(id);
      const numbers = all.map(({ number }) => number);
      expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
      for (const after of numbers) {
        expect(await bench.history(id, after)).toEqual(all.filter(({ number }) => number > after));
      }
      expect(await bench.history(id, 1000)).toEqual([]);
    });

    test('positions are told as they change, and never twice the same', async () => {
      const first = await bench.submit(editJob(1));
      const second = await bench.submit(editJob(1));
      const positions: number[] = [];
      const following = (async () => {
        for await (const event of bench.driver.jobs.events(second, 0, AbortSignal.timeout(45_000))) {
          if (event.type === 'queued') positions.push(event.position);
        }
      })();
      await bench.submit(editJob(1));
      await bench.until(() => Promise.resolve(positions.length === 1));
      await bench.driver.jobs.cancel(first);
      await bench.until(() => Promise.resolve(positions.length === 2));
      await bench.driver.jobs.cancel(second);
      await following;
      expect(positions).toEqual([2, 1]);
    });

    test('the signal ends the reading; of a job that is not there nothing is told', async () => {
      const id = await bench.submit(editJob(1));
      const seen: JobEvent[] = [];
      const gone = new AbortController();
      for await (const event of bench.driver.jobs.events(id, 0, gone.signal)) {
        seen.push(event);
        gone.abort();
      }
      expect(typesOf(seen)).toEqual(['queued']);
      expect(await bench.history('nothing')).toEqual([]);
    });
  });
}
