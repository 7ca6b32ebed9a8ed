// @ts-check
/** Resident memory and processor time of a process and all that it started, from /proc. */
import { clearInterval, setInterval } from 'node:timers';
import { readdirSync, readFileSync } from 'node:fs';

const SAMPLE_MILLISECONDS = 100;
const KIBIBYTE = 1024;
/** What Linux tells processor time in, on all that Node runs on. */
const TICKS_A_SECOND = 100;

/**
 * Watches a process and its descendants until told to stop.
 * @param {number} pid
 * @returns {() => number} stops, and gives the most bytes that all of them held at once
 */
export function watchMemory(pid) {
  let peak = 0;
  const timer = setInterval(() => (peak = Math.max(peak, residentBytes(pid))), SAMPLE_MILLISECONDS);
  return () => {
    clearInterval(timer);
    return peak;
  };
}

/**
 * Bytes that processes hold resident: of their own, and of files that they have mapped, which are the system's page cache.
 * @typedef {{ anonymous: number, mapped: number }} MemoryKinds
 */

/**
 * Watches the service: its own process and the engine, which it has started.
 * @param {number} pid
 * @returns {{ take: () => { api: MemoryKinds, engine: MemoryKinds }, stop: () => void }} `take` gives the most of each since the
 * last time
 */
export function watchMemoryKinds(pid) {
  const none = () => ({ api: { anonymous: 0, mapped: 0 }, engine: { anonymous: 0, mapped: 0 } });
  let peaks = none();
  const raise = (/** @type {MemoryKinds} */ peak, /** @type {number[]} */ pids) => {
    const sum = (/** @type {string} */ field) =>
      pids.reduce((bytes, each) => bytes + statusField(each, field) * KIBIBYTE, 0);
    peak.anonymous = Math.max(peak.anonymous, sum('RssAnon'));
    peak.mapped = Math.max(peak.mapped, sum('RssFile'));
  };
  const timer = setInterval(() => {
    raise(peaks.api, [pid]);
    raise(
      peaks.engine,
      family(pid).filter((each) => each !== pid),
    );
  }, SAMPLE_MILLISECONDS);
  return {
    take() {
      const taken = peaks;
      peaks = none();
      return taken;
    },
    stop: () => clearInterval(timer),
  };
}

/** @param {number} pid */
const residentBytes = (pid) => family(pid).reduce((bytes, each) => bytes + statusField(each, 'VmRSS') * KIBIBYTE, 0);

/**
 * What processors have done for a process and all that it started and that still runs, in seconds: other work on the machine
 * hardly counts in it.
 * @param {number} pid
 */
export function processorSeconds(pid) {
  return family(pid).reduce((sum, each) => sum + ownProcessorSeconds(each), 0);
}

/** The same of the process alone; 0 when it is gone. @param {number} pid */
export function ownProcessorSeconds(pid) {
  try {
    // The command's name, in parentheses, may hold anything; user and system time are the 12th and 13th field behind it.
    const [, ...fields] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return (Number(fields[10]) + Number(fields[11])) / TICKS_A_SECOND;
  } catch {
    return 0;
  }
}

/** A process and all that it started. @param {number} pid */
function family(pid) {
  const parents = processParents();
  return [...parents.keys()].filter((candidate) => {
    let at = candidate;
    while (at > 1 && at !== pid) at = parents.get(at) ?? 0;
    return at === pid;
  });
}

function processParents() {
  /** @type {Map<number, number>} */
  const parents = new Map();
  for (const name of readdirSync('/proc')) {
    if (/^\d+$/.test(name)) parents.set(Number(name), statusField(Number(name), 'PPid'));
  }
  return parents;
}

/**
 * A number of /proc/PID/status; 0 when the process is gone.
 * @param {number} pid
 * @param {string} field
 */
function statusField(pid, field) {
  try {
    return Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
