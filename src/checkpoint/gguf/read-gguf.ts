import { open, type FileHandle } from 'node:fs/promises';
import { CheckpointError } from '../checkpoint-error.js';
import { fileError, type FolderFiles } from '../folder-files.js';
import { readExactly } from '../read-exactly.js';
import { GGUF_MAGIC, parseGgufHeader, type GgufHeader } from './gguf-header.js';
import { HeaderCutError } from './header-cursor.js';

/** A transformer's header has some hundred kilobytes. */
const FIRST_BYTES = 2 ** 20;
const GGUF_NAME = /\.gguf$/i;

/** Behind the header's length, with which a safetensors file begins. */
const SAFETENSORS_HEADER = { at: 8, begins: '{' };

/**
 * Whether a file is to be read as GGUF: it begins as such a file does, or its name says so and it doesn't begin as a safetensors
 * file does.
 */
export async function isGgufFile(files: FolderFiles, label: string): Promise<boolean> {
  await files.requireFile(label);
  return withFile(files, label, async (file) => {
    const start = (await readExactly(file, 0, SAFETENSORS_HEADER.at + 1)).toString('latin1');
    return (
      start.startsWith(GGUF_MAGIC) ||
      (GGUF_NAME.test(label) && start[SAFETENSORS_HEADER.at] !== SAFETENSORS_HEADER.begins)
    );
  });
}

/**
 * Reads and checks the header of a GGUF file.
 * @throws CheckpointError that names the file and what is wrong with it
 */
export async function readGgufHeader(files: FolderFiles, label: string): Promise<GgufHeader> {
  const fileBytes = await files.requireFile(label);
  return withFile(files, label, async (file) => {
    for (let size = Math.min(FIRST_BYTES, fileBytes); ; size = Math.min(2 * size, fileBytes)) {
      const bytes = await readExactly(file, 0, size);
      if (bytes.toString('latin1', 0, 4) !== GGUF_MAGIC) {
        throw new CheckpointError(`${label} is not a GGUF file: it doesn't begin with ${GGUF_MAGIC}`);
      }
      try {
        return parseGgufHeader(bytes, label, fileBytes);
      } catch (error) {
        if (!(error instanceof HeaderCutError)) throw error;
      }
    }
  });
}

async function withFile<T>(files: FolderFiles, label: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  let file: FileHandle | undefined;
  try {
    file = await open(files.absolute(label), 'r');
    return await use(file);
  } catch (error) {
    throw fileError(label, error);
  } finally {
    await file?.close();
  }
}
