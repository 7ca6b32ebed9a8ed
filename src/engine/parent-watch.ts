import { Worker } from 'node:worker_threads';
import { PARENT_WATCH_WORKER } from '../program/program-files.js';

/**
 * Ends this process when its parent dies, also in the middle of a run, which blocks the main thread and with it the news
 * that the channel to the parent has closed: a thread of its own looks.
 */
export function endWithParent(): void {
  new Worker(PARENT_WATCH_WORKER, { workerData: process.ppid }).unref();
}
