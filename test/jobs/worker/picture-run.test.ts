import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createDriver, DEFAULT_DRIVER } from '../../../src/jobs/create-driver.js';
import { SpeedMeter } from '../../../src/jobs/speed-meter.js';
import { PictureRun } from '../../../src/jobs/worker/picture-run.js';
import { DriverBench } from '../driver/driver-bench.js';
import { editJob, SETTINGS } from '../edit-jobs.js';

let bench: DriverBench;
beforeEach(async () => {
  bench = await DriverBench.open(async (parts) => ({
    driver: await createDriver(DEFAULT_DRIVER, parts),
    close: () => Promise.resolve(),
  }));
});
afterEach(() => bench.close());

/** Milliseconds, as the runs see them. */
let now = 1000;

/** The first picture of a job with so many, as it begins. */
const begin = async (images: number, speed: SpeedMeter, engines = 1): Promise<PictureRun> => {
  await bench.submit(editJob(images));
  return new PictureRun(
    await bench.take(),
    speed,
    () => engines,
    () => now,
  );
};

test('one step is not yet a pace: the first has the preparations in it', async () => {
  const run = await begin(1, new SpeedMeter());
  now += 5000;
  expect(run.advance(1, 50).pictureSeconds).toBeNull();
  now += 250;
  expect(run.advance(2, 50)).toEqual({
    progress: { step: 2, steps: 50, image: 1, images: 1, etaSeconds: 48 * 0.25 },
    pictureSeconds: 48 * 0.25,
  });
  // From now on in the mean.
  now += 750;
  expect(run.advance(3, 50)).toMatchObject({ pictureSeconds: 47 * 0.5, progress: { etaSeconds: 47 * 0.5 } });
  expect(run.advance(50, 50)).toMatchObject({ pictureSeconds: 0, progress: { etaSeconds: 0 } });
  expect(run.elapsedSeconds).toBe(6);
});

test('with several engines those that are made side by side take the time of one', async () => {
  const speed = new SpeedMeter();
  speed.add(SETTINGS, { width: 1024, height: 1024 }, 100);
  const eta = async (images: number): Promise<number | null> =>
    (await begin(images, speed, 2)).advance(2, 2).progress.etaSeconds;
  expect(await eta(1)).toBe(0);
  expect(await eta(2)).toBe(0);
  expect(await eta(3)).toBe(100);
  expect(await eta(5)).toBe(200);
});

test('the pictures that follow take as long as others of their kind did, else as this one does', async () => {
  const speed = new SpeedMeter();
  const unmeasured = await begin(3, speed);
  now += 500;
  // Nothing is known but the first step: two steps a picture, of which this one has made one.
  expect(unmeasured.advance(1, 2).progress.etaSeconds).toBe(0.5 + 2 * 1);
  speed.add(SETTINGS, { width: 1024, height: 1024 }, 100);
  const measured = await begin(3, speed);
  now += 500;
  expect(measured.advance(1, 2).progress.etaSeconds).toBe(99.5 + 200);
  expect(measured.advance(2, 2).progress.etaSeconds).toBe(200);
});
