import { HostError } from '../../checkpoint/checkpoint-error.js';
import { errorCode } from '../../program/error-code.js';
import { formatBytes } from '../../program/format-bytes.js';

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
  const need = bytes === undefined ? '' : `, and ${formatBytes(bytes)} are needed`;
  return new HostError(
    `The quantized weights can't be kept: QUANTIZED_CACHE_DIR ${reason}${need}. Name another folder; none is needed with PRECISION=auto and no GGUF file`,
  );
}
