import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { isatty } from 'node:tty';
import { inMegabytes } from '../../program/megabytes.js';
import { CliError, wrongUsage } from '../cli-error.js';
import { errorCode } from '../../program/error-code.js';
import { fileError } from './file-error.js';

const STDIN = '-';
/** In a folder, files are told by their names; what they are is looked at when they are opened. */
const PICTURE_NAME = /\.(png|jpe?g|webp|avif|gif|tiff?)$/i;

/** A picture to edit. */
export interface Input {
  /** As messages name it. */
  readonly label: string;
  /** null: standard input. */
  readonly path: string | null;
  /** Its name without folder and ending. */
  readonly stem: string;
  /** It was found in a folder that was named. */
  readonly isFromFolder: boolean;
}

/** What one edit is made of: its pictures in order, under the first one's name where files are named by it. */
export interface EditInput extends Input {
  readonly pictures: readonly [Input, ...Input[]];
}

/** A picture that is an edit of its own. */
export const eachAlone = (input: Input): EditInput => ({ ...input, pictures: [input] });

/** All pictures as the references of one edit. */
export function together([first, ...others]: readonly [Input, ...Input[]]): EditInput {
  const label = [first, ...others].map((input) => input.label).join(' + ');
  return { ...first, label, isFromFolder: false, pictures: [first, ...others] };
}

/**
 * The pictures that the arguments name, in their order, a folder's by name.
 * @throws CliError that names everything that isn't there
 */
export async function findInputs(names: readonly string[]): Promise<[Input, ...Input[]]> {
  if (names.filter((name) => name === STDIN).length > 1) throw wrongUsage('Standard input (-) can be read only once');
  const inputs: Input[] = [];
  const faults: CliError[] = [];
  for (const name of names) {
    try {
      inputs.push(...(await expand(name)));
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      faults.push(error);
    }
  }
  const [fault] = faults;
  if (fault !== undefined) throw new CliError(faults.map(({ message }) => message).join('\n'), fault.exitCode, fault);
  const [first, ...others] = inputs;
  if (first === undefined) throw wrongUsage('No picture is given: the pictures come first, then the prompt');
  return [first, ...others];
}

/** @throws CliError when there is no such file */
export async function findMask(name: string): Promise<Input> {
  if (name === STDIN) throw wrongUsage("A mask can't come from standard input: name a file", 'mask');
  try {
    if ((await stat(name)).isDirectory()) throw wrongUsage(`${name} is a folder: a mask must be a PNG file`, 'mask');
  } catch (error) {
    throw error instanceof CliError ? error : fileError(name, 'read', error);
  }
  return fileInput(name, false);
}

async function expand(name: string): Promise<Input[]> {
  if (name === STDIN) {
    if (isatty(0)) throw wrongUsage('Standard input (-) is a terminal: pipe a picture in, or name a file');
    return [{ label: 'standard input', path: null, stem: 'stdin', isFromFolder: false }];
  }
  try {
    if (!(await stat(name)).isDirectory()) return [fileInput(name, false)];
    const files = (await readdir(name, { withFileTypes: true }))
      .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.') && PICTURE_NAME.test(entry.name))
      .map((entry) => entry.name)
      .sort();
    if (files.length > 0) return files.map((file) => fileInput(path.join(name, file), true));
  } catch (error) {
    throw fileError(name, 'read', error);
  }
  throw new CliError(`${name} holds no PNG, JPEG, WebP, AVIF, GIF or TIFF files`, 1, { code: 'UNREADABLE_INPUT' });
}

function fileInput(file: string, isFromFolder: boolean): Input {
  return { label: file, path: file, stem: path.parse(file).name, isFromFolder };
}

/** Whether a file or folder of this name is there. */
export async function isThere(name: string): Promise<boolean> {
  try {
    await stat(name);
    return true;
  } catch (error) {
    return !['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(errorCode(error));
  }
}

/**
 * The input's bytes.
 * @throws CliError when it can't be read or is larger than `maxBytes` (null: any size)
 */
export async function readInput({ path: file, label }: Input, maxBytes: number | null): Promise<Buffer> {
  const limit = maxBytes ?? Infinity;
  try {
    if (file !== null) {
      if ((await stat(file)).size > limit) throw tooLarge(label, limit);
      return await readFile(file);
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > limit) throw tooLarge(label, limit);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    throw error instanceof CliError ? error : fileError(label, 'read', error);
  }
}

function tooLarge(label: string, limit: number): CliError {
  return new CliError(`${label} is larger than ${inMegabytes(limit)} (MAX_FILE_MB)`, 1, { code: 'PAYLOAD_TOO_LARGE' });
}
