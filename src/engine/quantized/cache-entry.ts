import { createReadStream } from 'node:fs';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { SensitiveWeights } from '../../graph/quantization/linear-recipe.js';
import { isLease } from './lease.js';

export const MANIFEST = 'manifest.json';
const READ_BYTES = 2 ** 22;

/** A file that was written. */
export interface WrittenFile {
  readonly bytes: number;
  readonly crc32: number;
}

/** What a folder of the cache holds. */
export interface CacheManifest extends SensitiveWeights {
  readonly modelId: string;
  readonly quantization: string;
  /** By name. */
  readonly files: Readonly<Record<string, WrittenFile>>;
}

export async function writeManifest(folder: string, manifest: CacheManifest): Promise<void> {
  await writeFile(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { flush: true });
}

/** The manifest of a folder; undefined when there is none or it can't be understood. */
export async function readManifest(folder: string): Promise<CacheManifest | undefined> {
  try {
    const value = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')) as Partial<CacheManifest> | null;
    const { modelId, quantization, kept, finer, files } = value ?? {};
    if (typeof modelId !== 'string' || typeof quantization !== 'string') return undefined;
    if (!Array.isArray(kept) || !Array.isArray(finer) || typeof files !== 'object') return undefined;
    return { modelId, quantization, kept, finer, files };
  } catch {
    return undefined;
  }
}

/** What is wrong with a folder's files, in a few words; undefined when they are as they were written. */
export async function findDamage(folder: string, { files }: CacheManifest): Promise<string | undefined> {
  for (const [name, written] of Object.entries(files)) {
    const path = join(folder, name);
    const size = await stat(path).then(
      (found) => found.size,
      () => undefined,
    );
    if (size === undefined) return `${name} is missing`;
    if (size !== written.bytes) return `${name} has ${size} bytes instead of ${written.bytes}`;
    if ((await checksum(path)) !== written.crc32) return `${name} has another checksum`;
  }
  return undefined;
}

/** The manifest of a folder whose files are as they were written. */
export async function wholeManifest(folder: string): Promise<CacheManifest | undefined> {
  const manifest = await readManifest(folder);
  return manifest !== undefined && (await findDamage(folder, manifest)) === undefined ? manifest : undefined;
}

/** Removes what a folder was filled with the help of. */
export async function removeOtherFiles(folder: string, { files }: CacheManifest): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name !== MANIFEST && !(name in files) && !isLease(name)) await rm(join(folder, name), { recursive: true });
  }
}

async function checksum(path: string): Promise<number> {
  let sum = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) sum = crc32(chunk as Buffer, sum);
  return sum;
}
