// @ts-check
/** Resident memory of a process and all that it started, from /proc. */
import { clearInterval, setInterval } from 'node:timers';
import { readdirSync, readFileSync } from 'node:fs';

const SAMPLE_MILLISECONDS = 100;
const KIBIBYTE = 1024;

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

/** @param {number} pid */
function residentBytes(pid) {
  const parents = processParents();
  const isOurs = (/** @type {number} */ candidate) => {
    let at = candidate;
    while (at > 1 && at !== pid) at = parents.get(at) ?? 0;
    return at === pid;
  };
  let bytes = 0;
  for (const candidate of parents.keys()) if (isOurs(candidate)) bytes += statusField(candidate, 'VmRSS') * KIBIBYTE;
  return bytes;
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
