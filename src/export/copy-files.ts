import { copyFile, link, mkdir, readdir, realpath, stat, statfs } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { errorCode } from '../program/error-code.js';

/** A file and the name that it gets in another folder. */
export interface CopiedFile {
  /** Absolute, links resolved. */
  readonly source: string;
  /** Relative path with the system's separators. */
  readonly name: string;
  readonly bytes: number;
}

/** Formats of weights: only those of them that are used are copied. */
const WEIGHTS = /\.(safetensors|bin|pt|pth|ckpt|msgpack|h5|gguf|onnx|onnx_data)$/;

/** All files below a folder but weights and what is hidden (a download's own notes, version control). */
export async function listSmallFiles(folder: string): Promise<CopiedFile[]> {
  const found: CopiedFile[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const name = relative(folder, join(entry.parentPath, entry.name));
    if (/(^|[\\/])\./.test(name) || WEIGHTS.test(name)) continue;
    const file = await copiedFile(folder, name);
    if (file !== undefined) found.push(file);
  }
  return found;
}

/** A file of a folder, by its name there; undefined for what is no file. */
export async function copiedFile(folder: string, name: string): Promise<CopiedFile | undefined> {
  const source = await realpath(join(folder, name));
  const found = await stat(source);
  return found.isFile() ? { source, name, bytes: found.size } : undefined;
}

/** Bytes of the files that can't be linked into a folder, since they lie on another file system. */
export async function bytesToCopy(files: readonly CopiedFile[], folder: string): Promise<number> {
  const { dev } = await stat(folder);
  let bytes = 0;
  for (const file of files) if ((await stat(file.source)).dev !== dev) bytes += file.bytes;
  return bytes;
}

/** Bytes that may still be written to a folder's file system. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

/** Hard links a file into a folder, or copies it where that can't be. */
export async function linkInto(folder: string, { source, name }: CopiedFile): Promise<void> {
  const target = await place(folder, name);
  await link(source, target).catch(async (error: unknown) => {
    // Another file system, or one without hard links; others' files may not be linked to.
    if (!['EXDEV', 'EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK'].includes(errorCode(error))) throw error;
    await copyFile(source, target);
  });
}

/** Copies a file into a folder. */
export async function copyInto(folder: string, { source, name }: CopiedFile): Promise<void> {
  await copyFile(source, await place(folder, name));
}

async function place(folder: string, name: string): Promise<string> {
  const target = join(folder, name);
  await mkdir(dirname(target), { recursive: true });
  return target;
}
