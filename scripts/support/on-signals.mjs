// @ts-check
import { clearInterval, setInterval } from 'node:timers';

/**
 * Tells of signals to end, however they come.
 * @param {(signal: 'SIGINT' | 'SIGTERM') => void} end
 */
export function onSignals(end) {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => end(signal));
  if (process.env['npm_lifecycle_event'] === undefined) return;
  // npm may be killed without a word to what it runs.
  const { ppid } = process;
  const watch = setInterval(() => {
    if (process.ppid === ppid) return;
    clearInterval(watch);
    end('SIGTERM');
  }, 500);
  watch.unref();
}
