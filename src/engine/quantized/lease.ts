import { readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { errorCode } from '../../program/error-code.js';

/** `<process id>@<host>.lease`: a running process uses the folder, or writes it. */
const LEASE = /^(\d+)@(.+)\.lease$/;
const RENEWED_MILLISECONDS = 10_000;
/** A folder without a lease is left alone for so long: its maker may be about to take one. */
const UNLEASED_MILLISECONDS = 60_000;
/** Whoever fills a folder isn't in the middle of a run: it renews its lease in time. */
const SILENT_MILLISECONDS = 2.5 * RENEWED_MILLISECONDS;
/** A process in the middle of a run doesn't renew, and of one on another host nothing else is known. */
const VALID_MILLISECONDS = 3_600_000;

interface Lease {
  readonly name: string;
  readonly isOwn: boolean;
  readonly isOnThisHost: boolean;
  readonly isValid: boolean;
}

/** This process's, by folder. */
const renewals = new Map<string, NodeJS.Timeout>();

/** Whether a file of a folder says that a process uses it. */
export const isLease = (name: string): boolean => LEASE.test(name);

const ownName = (): string => `${process.pid}@${hostname()}.lease`;

/**
 * Marks a folder as used by this process, until the process ends or `endLease`, and removes the leases of processes that have
 * died. A folder that may only be read gets none: it can't be removed from here either.
 */
export async function takeLease(folder: string): Promise<void> {
  for (const { name, isValid } of await leases(folder)) {
    if (!isValid) await rm(join(folder, name), { force: true }).catch(() => undefined);
  }
  const file = join(folder, ownName());
  await writeFile(file, '').catch(() => undefined);
  if (renewals.has(folder)) return;
  const renew = (): void => {
    const now = new Date();
    utimes(file, now, now).catch(() => undefined);
  };
  renewals.set(folder, setInterval(renew, RENEWED_MILLISECONDS).unref());
}

/** This process doesn't use the folder any longer. */
export async function endLease(folder: string): Promise<void> {
  clearInterval(renewals.get(folder));
  renewals.delete(folder);
  await rm(join(folder, ownName()), { force: true });
}

/** Whether another running process uses the folder. */
export async function isUsedByOthers(folder: string): Promise<boolean> {
  return (await leases(folder)).some(({ isOwn, isValid }) => isValid && !isOwn);
}

/** Whether no process will finish the folder: its writer is gone, or has left no lease for a while. */
export async function isAbandoned(folder: string): Promise<boolean> {
  const found = await leases(folder);
  if (found.length > 0) return found.every(({ isValid }) => !isValid);
  return Date.now() - (await modified(folder)) > UNLEASED_MILLISECONDS;
}

/**
 * Takes over a folder that no process will finish, under another name. Of several processes that try, one succeeds. Of a process on
 * another host is waited whether it still renews its lease: a service that was moved finds what it has made.
 * @returns whether this process has it now, with a lease
 */
export async function moveAbandoned(folder: string, name: string): Promise<boolean> {
  if (!(await isAbandoned(folder)) && !(await fallsSilent(folder))) return false;
  // It has one at any time, so that nobody removes it.
  await takeLease(folder);
  const isMoved = await rename(folder, name).then(
    () => true,
    () => false,
  );
  await endLease(folder);
  if (!isMoved) return false;
  for (const lease of await leases(name)) if (!lease.isOwn) await rm(join(name, lease.name), { force: true });
  await takeLease(name);
  return true;
}

/** Whether only processes on other hosts hold leases of a folder, and none of them renews its own. */
async function fallsSilent(folder: string): Promise<boolean> {
  const held = (await leases(folder)).filter(({ isValid }) => isValid);
  if (held.length === 0 || held.some(({ isOnThisHost }) => isOnThisHost)) return false;
  const renewed = (): Promise<number[]> => Promise.all(held.map(({ name }) => modified(join(folder, name))));
  const before = await renewed();
  await pause(SILENT_MILLISECONDS);
  return (await renewed()).every((time, index) => time === before[index]);
}

async function leases(folder: string): Promise<Lease[]> {
  const names = await readdir(folder).catch(() => []);
  const found = names.map((name) => LEASE.exec(name)).filter((match) => match !== null);
  return Promise.all(
    found.map(async ([name, pid, host]) => {
      const isOwn = name === ownName();
      const isFresh = Date.now() - (await modified(join(folder, name))) < VALID_MILLISECONDS;
      const runs = isOwn ? renewals.has(folder) : host !== hostname() || isRunning(Number(pid));
      return { name, isOwn, isOnThisHost: host === hostname(), isValid: isFresh && runs };
    }),
  );
}

/** Milliseconds since 1970; 0 for what is gone. */
async function modified(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}
