import { type INestApplication, Logger } from '@nestjs/common';
import type { ActiveResponses } from '../http/active-responses.js';
import { ServedModel } from '../inference/served-model.js';
import { JobQueue } from '../jobs/job-queue.js';
import { Tracing } from '../tracing/tracing.js';

/** For the last answers on their way, when the grace is used up. */
const LAST_ANSWERS_SECONDS = 2;

/** Takes nothing new, lets what runs and waits finish within the grace, sends the answers, and ends engine and server. */
export async function shutDown(app: INestApplication, responses: ActiveResponses, graceSeconds: number): Promise<void> {
  const startedAt = performance.now();
  new Logger('Service').log(`Ending: nothing new is taken, running and waiting edits have ${graceSeconds} s`);
  app.get(ServedModel).drain();
  await app.get(JobQueue).drain(graceSeconds);
  const usedSeconds = (performance.now() - startedAt) / 1000;
  await responses.done(Math.max(LAST_ANSWERS_SECONDS, graceSeconds - usedSeconds));
  await Promise.all([app.close(), app.get(Tracing).end()]);
}
