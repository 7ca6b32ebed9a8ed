import { isMainThread, workerData, Worker } from 'node:worker_threads';

const CHECK_MILLISECONDS = 500;

/**
 * Ends this process when its parent dies, also in the middle of a run, which blocks the main thread and with it the news
 * that the channel to the parent has closed: a thread of its own looks.
 */
export function endWithParent(): void {
  new Worker(new URL(import.meta.url), { workerData: process.ppid }).unref();
}

if (!isMainThread) {
  setInterval(() => {
    if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL');
  }, CHECK_MILLISECONDS);
}
