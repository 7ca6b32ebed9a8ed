import { open, type FileHandle } from 'node:fs/promises';
import { CheckpointError } from './checkpoint-error.js';
import { isJsonObject } from './config-reader.js';
import { describeValue } from './describe-value.js';
import { fileError, type FolderFiles } from './folder-files.js';
import { readExactly } from './read-exactly.js';
import { DTYPE_BITS, type SafetensorsDtype, type TensorDtype } from './tensor-index.js';

/** One tensor of a file of weights; offsets count from the file's start. */
export interface HeaderEntry {
  readonly name: string;
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly length: number;
}

/** What a safetensors file says before its data. */
export interface SafetensorsHeader {
  readonly entries: readonly HeaderEntry[];
  /** The texts of `__metadata__`; the format has no other values there. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** The header's length as a 64-bit integer. */
const LENGTH_BYTES = 8;
/** The format's own limit. */
const MAX_HEADER_BYTES = 100_000_000;
const METADATA = '__metadata__';
const GIT_LFS_START = 'version ';

/**
 * Reads and checks the header of a safetensors file, by the rules of the format: a JSON object of at most 100 MB, known
 * element types, shapes that fill their bytes, and data without overlaps, holes or anything behind.
 * @throws CheckpointError that names the file and the tensor
 */
export async function readSafetensorsHeader(files: FolderFiles, label: string): Promise<SafetensorsHeader> {
  const fileBytes = await files.requireFile(label);
  const text = await readHeaderText(files.absolute(label), label, fileBytes);
  const dataStart = LENGTH_BYTES + text.byteLength;
  const { [METADATA]: metadata, ...tensors } = parseHeader(text.toString('utf8'), label);
  const entries = Object.entries(tensors).map(([name, value]) => parseEntry(name, value, label, dataStart));
  checkLayout(entries, label, dataStart, fileBytes);
  return { entries, metadata: texts(metadata) };
}

function texts(metadata: unknown): Map<string, string> {
  const values = isJsonObject(metadata) ? Object.entries(metadata) : [];
  return new Map(values.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

async function readHeaderText(path: string, label: string, fileBytes: number): Promise<Buffer> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    const start = await readExactly(handle, 0, Math.min(LENGTH_BYTES, fileBytes));
    if (start.toString('latin1') === GIT_LFS_START) {
      throw new CheckpointError(`${label} is a Git LFS pointer and not the weights themselves (run git lfs pull)`);
    }
    if (start.length < LENGTH_BYTES) {
      throw new CheckpointError(`${label} is truncated: ${fileBytes} bytes can't hold a safetensors header`);
    }
    const length = start.readBigUInt64LE();
    if (length > MAX_HEADER_BYTES) {
      throw new CheckpointError(
        `${label} is not a safetensors file: its header would have ${length} bytes, at most ${MAX_HEADER_BYTES} are allowed`,
      );
    }
    if (LENGTH_BYTES + Number(length) > fileBytes) {
      throw new CheckpointError(
        `${label} is truncated: its header has ${length} bytes, but the file only ${fileBytes} bytes in all`,
      );
    }
    return await readExactly(handle, LENGTH_BYTES, Number(length));
  } catch (error) {
    throw fileError(label, error);
  } finally {
    await handle?.close();
  }
}

function parseHeader(text: string, label: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    throw new CheckpointError(`${label}: the safetensors header is not valid JSON`);
  }
  if (!isJsonObject(header)) {
    throw new CheckpointError(`${label}: the safetensors header is not a JSON object`);
  }
  return header;
}

function parseEntry(name: string, value: unknown, label: string, dataStart: number): HeaderEntry {
  const fail = (text: string): never => {
    throw new CheckpointError(`${label}: tensor ${describeValue(name)} ${text}`);
  };
  if (!isJsonObject(value)) {
    return fail(`is ${describeValue(value)}, expected an object with dtype, shape and data_offsets`);
  }
  const { dtype, shape, data_offsets: offsets } = value;
  if (!isDtype(dtype)) {
    return fail(`has the unknown dtype ${describeValue(dtype ?? null)}`);
  }
  if (!isCounts(shape)) {
    return fail(`has the shape ${describeValue(shape ?? null)}, expected a list of non-negative integers`);
  }
  if (!isCounts(offsets) || offsets.length !== 2) {
    return fail(`has the data_offsets ${describeValue(offsets ?? null)}, expected two non-negative integers`);
  }
  const [begin = 0, end = 0] = offsets;
  if (begin > end) {
    return fail(`has the data_offsets ${describeValue(offsets)}: it ends before it begins`);
  }
  const bytes = (shape.reduce((product, side) => product * side, 1) * DTYPE_BITS[dtype]) / 8;
  if (bytes !== end - begin) {
    return fail(
      `is ${dtype} ${describeValue(shape)}, which takes ${bytes} bytes, but its data_offsets hold ${end - begin}`,
    );
  }
  return { name, dtype, shape, offset: dataStart + begin, length: end - begin };
}

function isDtype(value: unknown): value is SafetensorsDtype {
  return typeof value === 'string' && Object.hasOwn(DTYPE_BITS, value);
}

function isCounts(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && (item as number) >= 0);
}

function checkLayout(entries: readonly HeaderEntry[], label: string, dataStart: number, fileBytes: number): void {
  const ordered = [...entries].sort((a, b) => a.offset - b.offset || a.length - b.length);
  let position = dataStart;
  let previous: HeaderEntry | undefined;
  for (const entry of ordered) {
    const name = describeValue(entry.name);
    if (entry.offset < position) {
      throw new CheckpointError(`${label}: tensors ${describeValue(previous?.name)} and ${name} overlap`);
    }
    if (entry.offset > position) {
      throw new CheckpointError(`${label}: ${entry.offset - position} bytes before tensor ${name} belong to no tensor`);
    }
    position = entry.offset + entry.length;
    if (position > fileBytes) {
      throw new CheckpointError(
        `${label} is truncated: tensor ${name} ends at byte ${position}, but the file has ${fileBytes} bytes`,
      );
    }
    previous = entry;
  }
  if (position < fileBytes) {
    throw new CheckpointError(
      `${label}: ${fileBytes - position} bytes behind the last tensor${previous === undefined ? '' : ` ${describeValue(previous.name)}`} belong to no tensor`,
    );
  }
}
