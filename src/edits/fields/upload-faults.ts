import { inMegabytes } from '../../program/megabytes.js';
import { FIELD_MAX_BYTES } from './form-limits.js';

/*
 * What is told of a form that is larger than forms may be, in whichever way it comes.
 */

/** There are more files than MAX_FILES. */
export function filesFault(maxFiles: number): string {
  return `At most ${maxFiles} files are allowed in a request (MAX_FILES)`;
}

/** A file has more bytes than MAX_FILE_MB. */
export function fileSizeFault(file: string, maxFileBytes: number): string {
  return `${file} is larger than ${inMegabytes(maxFileBytes)} (MAX_FILE_MB)`;
}

/** One text is longer than all texts may be. */
export function textFault(name: string): string {
  return `${name} is longer than ${inMegabytes(FIELD_MAX_BYTES)}`;
}

/** All texts together are. */
export function textsFault(): string {
  return `The texts are longer than ${inMegabytes(FIELD_MAX_BYTES)} in all`;
}
