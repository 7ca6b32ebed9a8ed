import { randomUUID } from 'node:crypto';
import { mkdir, readdir, realpath, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckpointError } from '../../checkpoint/checkpoint-error.js';
import { errorCode } from '../../checkpoint/folder-files.js';
import type { QuantizedCacheSettings } from '../../config/quantized-cache-settings.js';
import { findDamage, MANIFEST, readManifest, writeManifest, type CacheManifest } from './cache-entry.js';

/** One checkpoint's weights in the cache. */
export interface CacheEntry {
  readonly key: string;
  readonly manifest: CacheManifest;
  readonly bytes: number;
  /** When it was last opened. */
  readonly used: Date;
}

/** What a key's folder is like. */
export type Found =
  | { readonly state: 'absent' }
  | { readonly state: 'whole'; readonly manifest: CacheManifest }
  | { readonly state: 'damaged'; readonly damage: string };

const KEY = /^[0-9a-f]{32}$/;
/** A folder that is being written, or whose writer has died. */
const UNFINISHED = /^[0-9a-f]{32}\.[0-9a-f-]{36}$/;
const ABANDONED_MILLISECONDS = 24 * 3600 * 1000;
const GIGABYTE = 1e9;

/**
 * Quantized weights on disk, a folder for each content. Folders are written beside their place and then renamed, so that
 * services which start at once and those that die half-way never show each other anything unfinished.
 */
export class QuantizedCache {
  constructor(private readonly settings: QuantizedCacheSettings) {}

  /** The cache's own folder, links resolved; it is made. */
  async root(): Promise<string> {
    try {
      await mkdir(this.settings.folder, { recursive: true });
      return await realpath(this.settings.folder);
    } catch (error) {
      throw asFault(error);
    }
  }

  /** What is there for a key: nothing, a folder as it was written (which now counts as used), or what is wrong with it. */
  async find(key: string): Promise<Found> {
    const folder = join(this.settings.folder, key);
    if (!(await this.names()).includes(key)) return { state: 'absent' };
    const manifest = await readManifest(folder);
    if (manifest === undefined) return { state: 'damaged', damage: `${MANIFEST} can't be read` };
    const damage = await findDamage(folder, manifest);
    if (damage !== undefined) return { state: 'damaged', damage };
    const now = new Date();
    // Where the cache may only be read, the order of use is not kept.
    await utimes(join(folder, MANIFEST), now, now).catch(() => undefined);
    return { state: 'whole', manifest };
  }

  /**
   * Makes a key's folder: `write` fills it and says what it holds. One that is there is replaced.
   * @param bytes that it will take
   * @throws CheckpointError when there is no room for it or the disk refuses it
   */
  async make(key: string, bytes: number, write: (folder: string) => Promise<CacheManifest>): Promise<void> {
    const unfinished = join(this.settings.folder, `${key}.${randomUUID()}`);
    try {
      await this.makeRoom(key, bytes);
      await mkdir(unfinished);
      await writeManifest(unfinished, await write(unfinished));
      await this.moveInto(key, unfinished);
    } catch (error) {
      throw asFault(error, bytes);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  }

  /** All that is finished, the most recently used first. */
  async list(): Promise<CacheEntry[]> {
    const entries: CacheEntry[] = [];
    for (const key of (await this.names()).filter((name) => KEY.test(name))) {
      const folder = join(this.settings.folder, key);
      const manifest = await readManifest(folder);
      if (manifest === undefined) continue;
      const bytes = Object.values(manifest.files).reduce((sum, file) => sum + file.bytes, 0);
      entries.push({ key, manifest, bytes, used: (await stat(join(folder, MANIFEST))).mtime });
    }
    return entries.sort((a, b) => b.used.getTime() - a.used.getTime());
  }

  /** Removes everything of ours, unfinished folders too; the bytes that were finished. */
  async clean(): Promise<number> {
    const entries = await this.list();
    for (const name of await this.names()) if (KEY.test(name) || UNFINISHED.test(name)) await this.remove(name);
    return entries.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Keeps the limit, and clears away what nobody will finish. */
  private async makeRoom(key: string, bytes: number): Promise<void> {
    const { folder, maxBytes } = this.settings;
    if (bytes > maxBytes) {
      throw new CheckpointError(
        `The quantized weights take ${gigabytes(bytes)}, more than QUANTIZED_CACHE_MAX_GB (${gigabytes(maxBytes)}): raise it`,
      );
    }
    for (const name of (await this.names()).filter((found) => UNFINISHED.test(found))) {
      const found = await stat(join(folder, name)).catch(() => undefined);
      if (found !== undefined && Date.now() - found.mtimeMs > ABANDONED_MILLISECONDS) await this.remove(name);
    }
    const others = (await this.list()).filter((entry) => entry.key !== key);
    let total = others.reduce((sum, entry) => sum + entry.bytes, bytes);
    while (total > maxBytes) {
      const oldest = others.pop();
      if (oldest === undefined) return;
      await this.remove(oldest.key);
      total -= oldest.bytes;
    }
  }

  /** Another service may have been faster with the same content, or a damaged folder may stand there. */
  private async moveInto(key: string, unfinished: string): Promise<void> {
    if ((await this.find(key)).state === 'whole') return;
    await this.remove(key);
    await rename(unfinished, join(this.settings.folder, key)).catch(async (error: unknown) => {
      if ((await this.find(key)).state !== 'whole') throw error;
    });
  }

  /** Out of the way at once, so that nobody sees half of it. */
  private async remove(name: string): Promise<void> {
    const { folder } = this.settings;
    const aside = join(folder, `${name.slice(0, 32)}.${randomUUID()}`);
    await rename(join(folder, name), aside).catch(() => undefined);
    await rm(aside, { recursive: true, force: true });
  }

  private async names(): Promise<string[]> {
    return readdir(this.settings.folder).catch(() => []);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'may not be written (permission denied)',
  EPERM: 'may not be written (permission denied)',
  EROFS: 'may not be written (the file system is read-only)',
  ENOTDIR: 'is not a folder',
  EEXIST: 'is not a folder',
  ENOSPC: 'has no room left on its disk',
  EDQUOT: 'has no room left in its quota',
  EFBIG: 'takes no files of this size',
};

/** One line about what the file system refused; other errors stay themselves. */
function asFault(error: unknown, bytes?: number): unknown {
  const reason = REASONS[errorCode(error)];
  if (reason === undefined) return error;
  const need = bytes === undefined ? '' : `, and ${gigabytes(bytes)} are needed`;
  return new CheckpointError(
    `The quantized weights can't be kept: QUANTIZED_CACHE_DIR ${reason}${need}. Name another folder, or use PRECISION=auto`,
  );
}

const gigabytes = (bytes: number): string => `${(bytes / GIGABYTE).toFixed(bytes < GIGABYTE ? 3 : 1)} GB`;
