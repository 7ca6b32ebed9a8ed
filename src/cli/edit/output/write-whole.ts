import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { access, realpath, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CliError } from '../../cli-error.js';
import { fileError } from '../file-error.js';
import { existsFault } from './check-outputs.js';

/** Files that are being written; none of them outlives the process. */
const unfinished = new Set<string>();
process.on('exit', () => {
  for (const file of unfinished) rmSync(file, { force: true });
});

/**
 * Writes a file under a name of its own and renames it: half of it is never seen, and what was there stays whole until then.
 * @throws CliError
 */
export async function writeWhole(file: string, bytes: Uint8Array, mayOverwrite: boolean): Promise<void> {
  // A link stays, and what it leads to is replaced.
  const place = await realpath(file).catch(() => file);
  const part = path.join(path.dirname(place), `.${randomUUID()}.part`);
  unfinished.add(part);
  try {
    await writeFile(part, bytes, { flag: 'wx' });
    if (!mayOverwrite && (await isThere(place))) throw existsFault([file]);
    await rename(part, place);
  } catch (error) {
    await rm(part, { force: true });
    throw error instanceof CliError ? error : fileError(file, 'written', error);
  } finally {
    unfinished.delete(part);
  }
}

/** Writes to standard output. @throws CliError when its reader has gone */
export async function writeStdout(bytes: Uint8Array | string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.stdout.once('error', reject);
    process.stdout.write(bytes, (error) => {
      if (error === null || error === undefined) resolve();
      else reject(error);
    });
  }).catch((error: unknown) => {
    throw fileError('Standard output', 'written', error);
  });
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
