import { expect, test } from '@jest/globals';
import { UploadReservation } from '../../../src/edits/admission/upload-reservation.js';
import { Admission } from '../../../src/jobs/admission/admission.js';
import { Reservations } from '../../../src/jobs/in-memory/reservations.js';
import type { Reservation } from '../../../src/jobs/job-queue.js';
import { SpeedMeter } from '../../../src/jobs/speed-meter.js';

const IDLE = { waiting: [], running: [], idleWorkers: 1 };

/** An idle engine takes one, and one may wait. */
const queue = (): (() => Promise<Reservation>) => {
  const admission = new Admission(1, new SpeedMeter());
  const reservations = new Reservations();
  return () =>
    new Promise((resolve, reject) => {
      const refusal = admission.checkRoom(10, { ...IDLE, reservations: reservations.count });
      if (refusal === null) resolve(reservations.keep());
      else reject(new Error(refusal.message));
    });
};
const isFull = async (reserve: () => Promise<Reservation>): Promise<boolean> => {
  const places = await Promise.allSettled([reserve(), reserve()]);
  for (const place of places) if (place.status === 'fulfilled') place.value.release();
  return places.some(({ status }) => status === 'rejected');
};

test('a claimed place is the one that was kept, and is free when the request is over', async () => {
  const reserve = queue();
  const place = new UploadReservation(await reserve(), reserve);
  await place.claim();
  expect(await isFull(reserve)).toBe(true);
  place.release();
  expect(await isFull(reserve)).toBe(false);
});

test('a request that is over keeps no reservation, whether it ended before its claim or while it was made', async () => {
  const reserve = queue();
  const before = new UploadReservation(null, reserve);
  before.release();
  await before.claim();
  expect(await isFull(reserve)).toBe(false);
  const meanwhile = new UploadReservation(null, reserve);
  const claim = meanwhile.claim();
  meanwhile.release();
  await claim;
  expect(await isFull(reserve)).toBe(false);
});
