import { type INestApplication, Logger } from '@nestjs/common';
import { ServedModel } from '../inference/served-model.js';
import { JobQueue } from '../jobs/job-queue.js';
import { Tracing } from '../tracing/tracing.js';

/** For the last answers on their way, when the grace is used up. */
const LAST_ANSWERS_SECONDS = 2;

/** Answers that are on their way. */
interface ActiveAnswers {
  /** Resolves when every one is sent, or after that many seconds. */
  done(seconds: number): Promise<void>;
}

/** Takes nothing new, lets what runs and waits finish within the grace, sends the answers, and ends engine and server. */
export async function shutDown(
  app: INestApplication,
  answers: readonly ActiveAnswers[],
  graceSeconds: number,
): Promise<void> {
  const startedAt = performance.now();
  new Logger('Service').log(`Ending: nothing new is taken, running and waiting edits have ${graceSeconds} s`);
  app.get(ServedModel).drain();
  await app.get(JobQueue).drain(graceSeconds);
  const usedSeconds = (performance.now() - startedAt) / 1000;
  const secondsLeft = Math.max(LAST_ANSWERS_SECONDS, graceSeconds - usedSeconds);
  await Promise.all(answers.map((each) => each.done(secondsLeft)));
  await Promise.all([app.close(), app.get(Tracing).end()]);
}
