// @ts-check
/**
 * Many workers in one process, each with a driver and connections of its own as a service has them, whose engines only sleep.
 * Started by many-workers.mjs, which tells by a message what is to be done.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { SIMULATED_PIXELS, startDriver } from './simulated-service.mjs';

// Not a line for each picture that is taken.
Logger.overrideLogger(['error', 'warn']);

/** @typedef {{ url: string, workers: number, seconds: number, steps: number, resultBytes: number }} Work */

/** @type {number} pictures that were finished */
let finished = 0;

/**
 * Sleeps for as long as a picture takes, and reports its steps meanwhile.
 * @param {import('../../src/jobs/work-queue.js').PictureTurn} turn
 * @param {Work} work
 */
async function sleepThrough(turn, { seconds, steps }) {
  const startedAt = performance.now();
  for (let step = 1; step <= steps; step++) {
    const due = startedAt + (step * seconds * 1000) / steps;
    await pause(Math.max(0, due - performance.now()));
    const progress = { step, steps, image: turn.index + 1, images: turn.images, etaSeconds: 0 };
    void turn.report(progress, (seconds * (steps - step)) / steps);
  }
  return (performance.now() - startedAt) / 1000;
}

/** Does what a worker does with an engine. @param {Work} work */
async function runWorker(work) {
  const { driver } = await startDriver(work.url);
  const { signal } = new AbortController();
  const file = {
    bytes: Buffer.alloc(work.resultBytes),
    width: SIMULATED_PIXELS,
    height: SIMULATED_PIXELS,
    seed: 0,
    inputIndex: 0,
    tokens: { text: 0, references: 0, target: 0 },
    warnings: [],
  };
  for (;;) {
    const turn = await driver.work.take(signal);
    if (turn === null) return;
    await driver.inputs.get(turn.jobId, 0);
    const seconds = await sleepThrough(turn, work);
    const stageSeconds = { text: 0, encode: 0, denoise: seconds, decode: 0 };
    await turn.made({ width: SIMULATED_PIXELS, height: SIMULATED_PIXELS, seconds, stageSeconds });
    // As in a service, the next picture doesn't wait for this one's file.
    void turn.finish(file).then(() => (finished += 1));
  }
}

process.on('message', (/** @type {Work} */ work) => {
  for (let worker = 0; worker < work.workers; worker++) void runWorker(work);
});
process.on('disconnect', () => process.exit());
while (process.connected) {
  process.send?.({ finished });
  await pause(200);
}
