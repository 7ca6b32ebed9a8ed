// @ts-check
/**
 * Is loaded into an engine of the tests (EngineProcess): once it has told that so many weights are through a step, it does nothing more.
 * Else who kills it there could come too late: a fast engine has done all of them by then.
 */
import { isMainThread } from 'node:worker_threads';

const { searchParams } = new URL(import.meta.url);
const parent = process.ppid;
const cell = new Int32Array(new SharedArrayBuffer(4));
const send = process.send?.bind(process);

/** @param {{ readonly type?: string, readonly step?: string, readonly done?: number }} message */
const isReached = ({ type, step, done = 0 }) =>
  type === 'quantizing' && step === searchParams.get('step') && done >= Number(searchParams.get('done'));

if (isMainThread && send !== undefined) {
  process.send = (/** @type {unknown[]} */ ...message) => {
    const isSent = Reflect.apply(send, process, message);
    if (isReached(/** @type {object} */ (message[0]))) {
      while (process.ppid === parent) Atomics.wait(cell, 0, 0, 50);
    }
    return isSent;
  };
}
