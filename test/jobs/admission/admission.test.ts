import { describe, expect, test } from '@jest/globals';
import { Admission } from '../../../src/jobs/admission/admission.js';
import type { QueueLoad, PictureLoad, WaitingJob } from '../../../src/jobs/admission/queue-load.js';
import type { Refusal } from '../../../src/jobs/admission/refusal.js';
import { SpeedMeter } from '../../../src/jobs/speed-meter.js';
import type { EditSettings } from '../../../src/protocol/edit-settings.js';
import { SETTINGS } from '../edit-jobs.js';

/** Measured for a picture of SETTINGS. */
const PICTURE_SECONDS = 10;

const waits = (picturesLeft: number, changes: Partial<EditSettings> = {}): WaitingJob => ({
  settings: { ...SETTINGS, ...changes },
  picturesLeft,
});
/** The first picture of a job with so many, just begun. */
const runs = (images: number, remainingSeconds = PICTURE_SECONDS): PictureLoad => ({
  settings: SETTINGS,
  remainingSeconds,
  picturesLeft: images - 1,
  images,
});
const load = (
  waiting: readonly WaitingJob[],
  running: readonly PictureLoad[] = [],
  idleWorkers = running.length === 0 ? 1 : 0,
  reservations = 0,
): QueueLoad => ({ waiting, running, idleWorkers, reservations });

function measured(): SpeedMeter {
  const speed = new SpeedMeter();
  speed.add(SETTINGS, { width: 1024, height: 1024 }, PICTURE_SECONDS);
  return speed;
}

/** The seconds that a refusal names; null: it was let in. */
function refusal(told: Refusal | null): number | null {
  return told === null ? null : Number(/about (\d+) seconds/.exec(told.message)?.[1]);
}

describe('jobs that are let in', () => {
  const admission = new Admission(32, measured());
  const wait = (timeoutSeconds: number, queue: QueueLoad): number | null =>
    refusal(admission.checkRoom(timeoutSeconds, queue));
  const end = (images: number, timeoutSeconds: number, queue: QueueLoad): number | null =>
    refusal(admission.checkTime(SETTINGS, images, timeoutSeconds, queue));

  test('a turn comes after one picture of each job before it, however many each has', () => {
    const waiting = [waits(10), waits(1), waits(3)];
    expect(wait(30, load(waiting))).toBeNull();
    expect(wait(29, load(waiting))).toBe(30);
    expect(wait(35, load(waiting, [runs(5)]))).toBe(40);
    expect(wait(41, load(waiting, [runs(5)]))).toBeNull();
  });

  test('the last picture comes after as many turns of the others as the job has pictures, or as they have left', () => {
    // 4 of its own, min(4, 10) + min(4, 1) of those that wait.
    expect(end(4, 90, load([waits(10), waits(1)]))).toBeNull();
    expect(end(4, 89, load([waits(10), waits(1)]))).toBe(90);
    // The rest of the one that runs, and then three turns of its job, which goes behind it after each.
    expect(end(4, 75, load([], [runs(10)]))).toBe(80);
    expect(end(4, 81, load([], [runs(10)]))).toBeNull();
    // Of which only one is left.
    expect(end(4, 61, load([], [runs(2)]))).toBeNull();
  });

  test('what a job takes by itself is not weighed; what nothing is known of counts nothing', () => {
    expect(end(10, 50, load([]))).toBeNull();
    expect(end(10, 50, load([waits(10)]))).toBeNull();
    const unmeasured = new Admission(32, new SpeedMeter());
    expect(refusal(unmeasured.checkTime(SETTINGS, 10, 1, load([waits(10)])))).toBeNull();
    expect(refusal(unmeasured.checkRoom(1, load([waits(10)])))).toBeNull();
  });

  test('a kind that was not measured takes at least as long as one with less work; no job is refused by a guess', () => {
    const larger = { size: { width: 2048, height: 1024 } };
    expect(wait(9, load([waits(1, larger)]))).toBe(10);
    expect(wait(10, load([waits(1, larger)]))).toBeNull();
    for (const smaller of [{ size: { width: 512, height: 512 } }, { numInferenceSteps: 25 }, { trueCfgScale: 1 }]) {
      expect(wait(1, load([waits(1, smaller)]))).toBeNull();
    }
    // Overhead is most of a tiny picture's time: it must not be multiplied.
    const meter = new SpeedMeter();
    meter.add({ ...SETTINGS, size: { width: 64, height: 64 }, numInferenceSteps: 1 }, { width: 64, height: 64 }, 2);
    expect(meter.leastSeconds(SETTINGS)).toBe(2);
  });

  test('those whose requests are still being read have their turns before', () => {
    expect(wait(35, load([], [runs(1)], 0, 3))).toBe(40);
    expect(wait(35, load([], [runs(1)], 0, 0))).toBeNull();
  });

  test('several engines share what is before a job, and each that has nothing to do is a place more', () => {
    const two = [runs(5, 8), runs(5, 4)];
    // 4 until one is free, and half of 3 pictures.
    expect(wait(18, load([waits(10), waits(1), waits(3)], two))).toBe(19);
    expect(wait(19, load([waits(10), waits(1), waits(3)], two))).toBeNull();
    // 2 of its own, side by side; half of 8 + 4 for the pictures that run, one more of each, and 2 + 1 of those that wait.
    expect(end(2, 40, load([waits(10), waits(1)], two))).toBe(41);
    expect(end(2, 41, load([waits(10), waits(1)], two))).toBeNull();
    // With a third that is made alone: two turns more of those that have as many left.
    expect(end(3, 65, load([waits(10), waits(1)], two))).toBe(66);
    const small = new Admission(1, new SpeedMeter());
    const taken = [0, 1, 2].map((reserved) => refusal(small.checkRoom(10, load([], [runs(1)], 2, reserved))));
    expect(taken).toEqual([null, null, null]);
    expect(small.checkRoom(10, load([], [runs(1)], 2, 3))?.message).toMatch(/^The queue is full: 1 job waits already/);
  });
});
