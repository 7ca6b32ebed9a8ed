import { lstat, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckpointError } from './checkpoint-error.js';
import { ConfigReader, isJsonObject } from './config-reader.js';
import { errorCode } from '../program/error-code.js';

/** Reads files below one folder; labels in messages are the paths relative to it. */
export class FolderFiles {
  /** @param path absolute path of the folder */
  constructor(readonly path: string) {}

  absolute(label: string): string {
    return join(this.path, label);
  }

  /** Whether a file is there; a broken link or an unreadable one is an error, as it is there but of no use. */
  async has(label: string): Promise<boolean> {
    try {
      await lstat(this.absolute(label));
    } catch (error) {
      const code = errorCode(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') {
        return false;
      }
      throw fileError(label, error);
    }
    await this.requireFile(label);
    return true;
  }

  /** Sorted names in a subfolder ('' is the folder itself); an absent one is empty. */
  async list(label: string): Promise<string[]> {
    try {
      return (await readdir(this.absolute(label))).sort();
    } catch (error) {
      const code = errorCode(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') {
        return [];
      }
      throw fileError(label === '' ? 'the checkpoint folder' : label, error);
    }
  }

  /** Size in bytes of a regular file. */
  async requireFile(label: string): Promise<number> {
    try {
      const found = await stat(this.absolute(label));
      if (!found.isFile()) {
        throw new CheckpointError(`${label} is not a file`);
      }
      return found.size;
    } catch (error) {
      throw (await this.isBrokenLink(label, error))
        ? new CheckpointError(`${label} is a link to a file that is not there (an incomplete download?)`)
        : fileError(label, error);
    }
  }

  async text(label: string): Promise<string> {
    return (await this.bytes(label)).toString('utf8');
  }

  async bytes(label: string): Promise<Buffer> {
    await this.requireFile(label);
    try {
      return await readFile(this.absolute(label));
    } catch (error) {
      throw fileError(label, error);
    }
  }

  async json(label: string): Promise<unknown> {
    const text = await this.text(label);
    try {
      return JSON.parse(text) as unknown;
    } catch {
      throw new CheckpointError(`${label} is not valid JSON${text.trim() === '' ? ' (it is empty)' : ''}`);
    }
  }

  async jsonObject(label: string): Promise<Record<string, unknown>> {
    const value = await this.json(label);
    if (!isJsonObject(value)) {
      throw new CheckpointError(`${label} must hold a JSON object`);
    }
    return value;
  }

  async config(label: string): Promise<ConfigReader> {
    return new ConfigReader(label, await this.jsonObject(label));
  }

  private async isBrokenLink(label: string, error: unknown): Promise<boolean> {
    if (errorCode(error) !== 'ENOENT') {
      return false;
    }
    try {
      return (await lstat(this.absolute(label))).isSymbolicLink();
    } catch {
      return false;
    }
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'is missing',
  ENOTDIR: 'is missing',
  EACCES: 'may not be read (permission denied)',
  EPERM: 'may not be read (permission denied)',
  EISDIR: 'is not a file',
  ELOOP: 'is a link that leads back to itself',
  EMFILE: 'could not be opened (too many open files)',
};

/** Node's messages hold the host's path, so only the cause is kept. */
export function fileError(label: string, error: unknown): CheckpointError {
  if (error instanceof CheckpointError) {
    return error;
  }
  const code = errorCode(error);
  return new CheckpointError(
    `${label} ${REASONS[code] ?? `could not be read (${code === '' ? 'unknown cause' : code})`}`,
  );
}
