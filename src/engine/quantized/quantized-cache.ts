import { randomUUID } from 'node:crypto';
import { mkdir, readdir, realpath, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { commonFolder } from '../../checkpoint/common-folder.js';
import { HostError } from '../../checkpoint/checkpoint-error.js';
import type { QuantizedCacheSettings } from '../../protocol/load-request.js';
import {
  findDamage,
  MANIFEST,
  readManifest,
  removeOtherFiles,
  wholeManifest,
  writeManifest,
  type CacheManifest,
} from './cache-entry.js';
import { formatBytes } from '../../program/format-bytes.js';
import { asCacheFault } from './cache-fault.js';
import { endLease, isAbandoned, isUsedByOthers, moveAbandoned, takeLease } from './lease.js';

/** One checkpoint's weights in the cache. */
export interface CacheEntry {
  readonly key: string;
  readonly manifest: CacheManifest;
  readonly bytes: number;
  /** When it was last opened. */
  readonly used: Date;
  /** Another running process has it open, or may open it again. */
  readonly isUsed: boolean;
}

/** A folder that is being filled, or that a process which has ended left behind. */
export interface UnfinishedEntry {
  readonly key: string;
  /** On the disk. */
  readonly bytes: number;
  /** A running process fills it; else the next start with the same weights goes on with it. */
  readonly isBeingMade: boolean;
}

/**
 * Fills a folder, in which an earlier process may have finished a part, and says what it holds.
 * @param reserve called when its bytes turn out to be others than was said before
 */
export type FillFolder = (folder: string, reserve: (bytes: number) => Promise<void>) => Promise<CacheManifest>;

/** How a checkpoint's weights are found or made. */
export interface FillingOptions {
  /** Absolute paths of other files that the graphs read, for the root. */
  readonly beside?: readonly string[];
  /** By default as many as this process may use processors. */
  readonly threadCount?: number;
}

/** What a key's folder is like. */
export type Found =
  | { readonly state: 'absent' }
  | { readonly state: 'whole'; readonly manifest: CacheManifest }
  | { readonly state: 'damaged'; readonly damage: string };

const KEY_LENGTH = 32;
const KEY = /^[0-9a-f]{32}$/;
/** What a file system counts in, whatever its own blocks are. */
const BLOCK_BYTES = 512;
/** A folder that is being written, or whose writer has died. */
const UNFINISHED = /^[0-9a-f]{32}\.[0-9a-f-]{36}$/;

/**
 * Absolute folder below which a checkpoint's files, the cache's and others lie: the session's for external data.
 * @param cacheRoot the cache's own folder, links resolved
 * @param beside absolute paths of other files that graphs read
 */
export const initializersRoot = (checkpointRoot: string, cacheRoot: string, beside: readonly string[]): string =>
  commonFolder([join(checkpointRoot, 'file'), join(cacheRoot, 'file'), ...beside]);

/**
 * Quantized weights on disk, a folder for each content. Folders are written beside their place and then renamed, so that
 * services which start at once and those that die half-way never show each other anything unfinished; the next one goes on with what
 * is left of them. Where networks take
 * turns in memory a service opens its files again and again: what a running one uses is not removed.
 */
export class QuantizedCache {
  /** What was found or made here: a load that needs several folders must not clear one for another. */
  private readonly held = new Set<string>();

  constructor(private readonly settings: QuantizedCacheSettings) {}

  /** The cache's own folder, links resolved; it is made. */
  async root(): Promise<string> {
    try {
      await mkdir(this.settings.folder, { recursive: true });
      return await realpath(this.settings.folder);
    } catch (error) {
      throw asCacheFault(error);
    }
  }

  /**
   * What is there for a key: nothing, a folder as it was written, or what is wrong with it. A folder counts as used from now
   * on, by this process as long as it runs.
   */
  async find(key: string): Promise<Found> {
    const folder = join(this.settings.folder, key);
    if (!(await this.names()).includes(key)) return { state: 'absent' };
    this.held.add(key);
    await takeLease(folder);
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
   * Makes a key's folder: `fill` fills it, or what a process that has ended left of it. One that is there is replaced. It counts as
   * used.
   * @param bytes that it will take
   * @returns what it holds
   * @throws HostError when there is no room for it or the disk refuses it
   */
  async make(key: string, bytes: number, fill: FillFolder): Promise<CacheManifest> {
    const unfinished = join(this.settings.folder, `${key}.${randomUUID()}`);
    try {
      await this.takeOver(key, unfinished);
      await this.makeRoom(key, bytes);
      await mkdir(unfinished, { recursive: true });
      await takeLease(unfinished);
      const manifest = (await wholeManifest(unfinished)) ?? (await fill(unfinished, (all) => this.makeRoom(key, all)));
      await writeManifest(unfinished, manifest);
      await removeOtherFiles(unfinished, manifest);
      await this.moveInto(key, unfinished);
      return manifest;
    } catch (error) {
      throw asCacheFault(error, bytes);
    } finally {
      await endLease(unfinished);
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
      const used = (await stat(join(folder, MANIFEST))).mtime;
      entries.push({ key, manifest, bytes, used, isUsed: await isUsedByOthers(folder) });
    }
    return entries.sort((a, b) => b.used.getTime() - a.used.getTime());
  }

  /** All that is not finished. */
  async listUnfinished(): Promise<UnfinishedEntry[]> {
    const names = (await this.names()).filter((name) => UNFINISHED.test(name));
    return Promise.all(
      names.sort().map(async (name) => {
        const folder = join(this.settings.folder, name);
        const isBeingMade = !(await isAbandoned(folder));
        return { key: name.slice(0, KEY_LENGTH), bytes: await diskBytes(folder), isBeingMade };
      }),
    );
  }

  /**
   * Removes everything of ours but what running processes use or write.
   * @returns bytes of the finished folders that were removed, and of those that were not
   */
  async clean(): Promise<{ removedBytes: number; usedBytes: number }> {
    const entries = await this.list();
    const used = entries.filter(({ isUsed }) => isUsed);
    for (const name of (await this.names()).filter((found) => KEY.test(found))) {
      if (used.every(({ key }) => key !== name)) await this.remove(name);
    }
    await this.removeAbandoned();
    const sum = (some: readonly CacheEntry[]): number => some.reduce((bytes, entry) => bytes + entry.bytes, 0);
    return { removedBytes: sum(entries) - sum(used), usedBytes: sum(used) };
  }

  /** Goes on with what a process that has ended left of a key's folder, if there is any. */
  private async takeOver(key: string, unfinished: string): Promise<void> {
    for (const name of (await this.names()).filter((found) => UNFINISHED.test(found) && found.startsWith(key))) {
      if (await moveAbandoned(join(this.settings.folder, name), unfinished)) return;
    }
  }

  /** Keeps the limit, and clears away what no process will finish. */
  private async makeRoom(key: string, bytes: number): Promise<void> {
    const { maxBytes } = this.settings;
    if (bytes > maxBytes) {
      throw new HostError(
        `The quantized weights take ${formatBytes(bytes)}, more than QUANTIZED_CACHE_MAX_GB (${formatBytes(maxBytes)}): raise it`,
      );
    }
    await this.removeAbandoned();
    const others = (await this.list()).filter((entry) => entry.key !== key);
    const unused = others.filter(({ isUsed, key: other }) => !isUsed && !this.held.has(other));
    let total = others.reduce((sum, entry) => sum + entry.bytes, bytes);
    while (total > maxBytes) {
      const oldest = unused.pop();
      if (oldest === undefined) {
        throw new HostError(
          `The quantized weights take ${formatBytes(bytes)}, and running services use ${formatBytes(total - bytes)} of QUANTIZED_CACHE_MAX_GB (${formatBytes(maxBytes)}): raise it`,
        );
      }
      await this.remove(oldest.key);
      total -= oldest.bytes;
    }
  }

  private async removeAbandoned(): Promise<void> {
    for (const name of (await this.names()).filter((found) => UNFINISHED.test(found))) {
      if (await isAbandoned(join(this.settings.folder, name))) await this.remove(name);
    }
  }

  /** Another service may have been faster with the same content, or a damaged folder may stand there. */
  private async moveInto(key: string, unfinished: string): Promise<void> {
    if ((await this.find(key)).state === 'whole') return;
    const folder = join(this.settings.folder, key);
    await this.remove(key);
    await endLease(unfinished);
    await rename(unfinished, folder).catch(async (error: unknown) => {
      if ((await this.find(key)).state !== 'whole') throw error;
    });
    await takeLease(folder);
  }

  /** Renames before it removes, so that no process sees half of a folder. */
  private async remove(name: string): Promise<void> {
    const { folder } = this.settings;
    const aside = join(folder, `${name.slice(0, KEY_LENGTH)}.${randomUUID()}`);
    await endLease(join(folder, name));
    await rename(join(folder, name), aside).catch(() => undefined);
    await rm(aside, { recursive: true, force: true });
  }

  private async names(): Promise<string[]> {
    return readdir(this.settings.folder).catch(() => []);
  }
}

/** What a folder's files take; of those that vanish meanwhile nothing. */
async function diskBytes(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        ({ blocks }) => blocks * BLOCK_BYTES,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}
