import { access, constants, mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { CliError, wrongUsage } from '../../cli-error.js';
import { errorCode } from '../../../program/error-code.js';
import { fileError } from '../file-error.js';
import type { Input } from '../inputs.js';
import type { OutputTarget } from './output-target.js';

/**
 * Looks, before any work is done, whether every result can be written: its folder takes files, nothing is in its place
 * (unless that may be overwritten), and it isn't an input.
 * @throws CliError
 */
export async function checkOutputs(
  files: readonly string[],
  target: OutputTarget,
  inputs: readonly Input[],
  mayOverwrite: boolean,
): Promise<void> {
  if (target.kind === 'folder' && target.isNew) {
    await mkdir(target.folder, { recursive: true }).catch((error: unknown) => {
      throw fileError(target.folder, 'written', error);
    });
  }
  for (const folder of new Set(files.map((file) => path.dirname(file)))) await checkFolder(folder);
  const sources = new Map<string, string>();
  for (const { path: file, label } of inputs) if (file !== null) sources.set(await identity(file), label);
  const taken: string[] = [];
  for (const file of files) {
    const found = await identity(file);
    if (found === '') continue;
    const source = sources.get(found);
    if (source !== undefined)
      throw wrongUsage(`${file} would overwrite the input ${source}: choose another -o`, 'output');
    if (!(await stat(file)).isFile()) throw wrongUsage(`${file} is there and is no file: choose another -o`, 'output');
    if (!mayOverwrite) taken.push(file);
  }
  if (taken.length > 0) throw existsFault(taken);
}

/** What is in a result's place is never overwritten unasked. */
export function existsFault([first = '', ...more]: readonly string[]): CliError {
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  return new CliError(`${first} exists already${others}: --force overwrites`, 1, { code: 'OUTPUT_EXISTS' });
}

async function checkFolder(folder: string): Promise<void> {
  try {
    if (!(await stat(folder)).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' });
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw fileError(`The folder ${folder}`, 'written', error);
  }
}

/** The same for two names of one file; blank where there is none. */
async function identity(file: string): Promise<string> {
  try {
    const { dev, ino } = await stat(file);
    return `${dev}:${ino}`;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw fileError(file, 'written', error);
  }
}
