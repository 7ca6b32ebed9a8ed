import { HostError } from '../../checkpoint/checkpoint-error.js';
import { errorCode } from '../../checkpoint/folder-files.js';

const GIGABYTE = 1e9;

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
export function asCacheFault(error: unknown, bytes?: number): unknown {
  const reason = REASONS[errorCode(error)];
  if (reason === undefined) return error;
  const need = bytes === undefined ? '' : `, and ${cacheSize(bytes)} are needed`;
  return new HostError(
    `The quantized weights can't be kept: QUANTIZED_CACHE_DIR ${reason}${need}. Name another folder, or use PRECISION=auto`,
  );
}

/** Bytes for people, of small checkpoints too. */
export const cacheSize = (bytes: number): string => `${(bytes / GIGABYTE).toFixed(bytes < GIGABYTE ? 3 : 1)} GB`;
