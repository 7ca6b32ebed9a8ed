import { describe, expect, test } from '@jest/globals';
import type { EditOrder } from '../../../../src/jobs/edit-order.js';
import type { EditSettings } from '../../../../src/protocol/edit-settings.js';
import { Admission } from '../../../../src/jobs/in-memory/admission.js';
import { InMemoryJob } from '../../../../src/jobs/in-memory/in-memory-job.js';
import { PictureRun } from '../../../../src/jobs/worker/picture-run.js';
import { QueueFullError } from '../../../../src/jobs/queue-errors.js';
import { SpeedMeter } from '../../../../src/jobs/speed-meter.js';
import { NoTracing } from '../../../../src/tracing/tracing.js';

const SETTINGS: EditSettings = {
  prompt: 'make it blue',
  negativePrompt: ' ',
  size: { width: 1024, height: 1024 },
  numInferenceSteps: 50,
  trueCfgScale: 4,
  seed: 1,
  maxSequenceLength: 512,
  outputType: 'pil',
  partialImages: 0,
};
const ORDER: EditOrder = {
  settings: SETTINGS,
  n: 1,
  outputFormat: 'png',
  quality: 100,
  wantsProgress: false,
  inputPictures: 1,
  warnings: [],
};
/** Measured for a picture of ORDER. */
const PICTURE_SECONDS = 10;

const job = (n: number, changes: Partial<EditSettings> = {}): InMemoryJob =>
  new InMemoryJob(
    { ...ORDER, settings: { ...SETTINGS, ...changes }, n },
    [[]],
    { name: null, trace: {} },
    new NoTracing(),
  );

function measured(): SpeedMeter {
  const speed = new SpeedMeter();
  speed.add(SETTINGS, { width: 1024, height: 1024 }, PICTURE_SECONDS);
  return speed;
}

/** The seconds that a refusal names; null: it was let in. */
function refusal(ask: () => unknown): number | null {
  try {
    ask();
    return null;
  } catch (error) {
    if (!(error instanceof QueueFullError)) throw error;
    return Number(/about (\d+) seconds/.exec(error.message)?.[1]);
  }
}

describe('who is let in', () => {
  const speed = measured();
  const admission = new Admission(32, speed);
  const wait = (timeoutSeconds: number, waiting: InMemoryJob[], turn: PictureRun | null = null): number | null =>
    refusal(() => admission.reserve(timeoutSeconds, waiting, turn).release());
  const end = (
    own: InMemoryJob,
    timeoutSeconds: number,
    waiting: InMemoryJob[],
    turn: PictureRun | null = null,
  ): number | null => refusal(() => admission.check(own, timeoutSeconds, waiting, turn));
  const running = (n: number): PictureRun => {
    const its = job(n);
    return new PictureRun(its, its.takePicture(), speed);
  };

  test('his turn comes after one picture of each job before him, however many each has', () => {
    const waiting = [job(10), job(1), job(3)];
    expect(wait(30, waiting)).toBeNull();
    expect(wait(29, waiting)).toBe(30);
    expect(wait(35, waiting, running(5))).toBe(40);
    expect(wait(41, waiting, running(5))).toBeNull();
  });

  test('his last picture comes after as many turns of the others as he has pictures, or as they have left', () => {
    // 4 of his own, min(4, 10) + min(4, 1) of those that wait.
    expect(end(job(4), 90, [job(10), job(1)])).toBeNull();
    expect(end(job(4), 89, [job(10), job(1)])).toBe(90);
    // The rest of the one that runs, and then three turns of its job, which goes behind him after each.
    expect(end(job(4), 75, [], running(10))).toBe(80);
    expect(end(job(4), 81, [], running(10))).toBeNull();
    // Of which only one is left.
    expect(end(job(4), 61, [], running(2))).toBeNull();
  });

  test('what he takes by himself is his own affair; what nothing is known of counts nothing', () => {
    expect(end(job(10), 50, [])).toBeNull();
    expect(end(job(10), 50, [job(10)])).toBeNull();
    const unmeasured = new Admission(32, new SpeedMeter());
    expect(refusal(() => unmeasured.check(job(10), 1, [job(10)], null))).toBeNull();
    expect(refusal(() => unmeasured.reserve(1, [job(10)], null))).toBeNull();
  });

  test('a kind that was not measured takes at least as long as one with less work; nobody is turned away by a guess', () => {
    const larger = { size: { width: 2048, height: 1024 } };
    expect(wait(9, [job(1, larger)])).toBe(10);
    expect(wait(10, [job(1, larger)])).toBeNull();
    for (const smaller of [{ size: { width: 512, height: 512 } }, { numInferenceSteps: 25 }, { trueCfgScale: 1 }]) {
      expect(wait(1, [job(1, smaller)])).toBeNull();
    }
    // Overhead is most of a tiny picture's time: it must not be multiplied.
    const meter = new SpeedMeter();
    meter.add({ ...SETTINGS, size: { width: 64, height: 64 }, numInferenceSteps: 1 }, { width: 64, height: 64 }, 2);
    expect(meter.leastSeconds(SETTINGS)).toBe(2);
  });

  test('one step is not yet a pace: the first has the preparations in it', async () => {
    const turn = new PictureRun(job(1), job(1).takePicture(), new SpeedMeter());
    await new Promise((resolve) => setTimeout(resolve, 50));
    turn.progress(1, 50);
    expect(turn.remainingSeconds()).toBe(0);
    turn.progress(2, 50);
    expect(turn.remainingSeconds()).toBeGreaterThan(0);
  });

  test('those whose requests are still being read have their turns before him', () => {
    const turn = running(1);
    const places = [1, 2, 3].map(() => admission.reserve(100, [], turn));
    expect(wait(35, [], turn)).toBe(40);
    for (const place of places) place.release();
    expect(wait(35, [], turn)).toBeNull();
  });
});
