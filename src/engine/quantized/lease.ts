import { readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { errorCode } from '../../program/error-code.js';

/** `<process id>@<host>.lease`: a running process uses the folder, or writes it. */
const LEASE = /^(\d+)@(.+)\.lease$/;
const RENEWED_MILLISECONDS = 60_000;
/** A process in the middle of a run doesn't renew, and of one on another host nothing else is known. */
const VALID_MILLISECONDS = 3_600_000;

interface Lease {
  readonly name: string;
  readonly isOwn: boolean;
  readonly isValid: boolean;
}

/** This process's, by folder. */
const renewals = new Map<string, NodeJS.Timeout>();

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
  return Date.now() - (await modified(folder)) > RENEWED_MILLISECONDS;
}

async function leases(folder: string): Promise<Lease[]> {
  const names = await readdir(folder).catch(() => []);
  const found = names.map((name) => LEASE.exec(name)).filter((match) => match !== null);
  return Promise.all(
    found.map(async ([name, pid, host]) => {
      const isOwn = name === ownName();
      const isFresh = Date.now() - (await modified(join(folder, name))) < VALID_MILLISECONDS;
      const runs = isOwn ? renewals.has(folder) : host !== hostname() || isRunning(Number(pid));
      return { name, isOwn, isValid: isFresh && runs };
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
