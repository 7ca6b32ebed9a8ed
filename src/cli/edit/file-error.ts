import { CliError } from '../cli-error.js';
import { errorCode } from '../../program/error-code.js';

const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of its path is not a folder',
  EISDIR: 'it is a folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left on the device',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it would be larger than a file may be here',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'it is a link that leads back to itself',
  EPIPE: 'its reader has gone',
};

/** What the system said against reading or writing a file, in plain words. */
export function fileError(label: string, what: 'read' | 'written', error: unknown): CliError {
  const code = errorCode(error);
  return new CliError(`${label} can't be ${what}: ${CAUSES[code] ?? (code === '' ? String(error) : code)}`, 1, {
    code: what === 'read' ? 'UNREADABLE_INPUT' : 'UNWRITABLE_OUTPUT',
  });
}
