import { CheckpointError } from '../checkpoint-error.js';
import { describeShape, describeValue } from '../describe-value.js';
import type { HeaderEntry } from '../safetensors-header.js';
import { DTYPE_BITS, type TensorDtype } from '../tensor-index.js';
import { GGUF_BLOCKS, ggufType, ggufTypeName, isGgufBlockType, READ_TYPES } from './block-types.js';
import { HeaderCursor, type GgufValue } from './header-cursor.js';

/** What a GGUF file says of itself, and its tensors in the file's order. */
export interface GgufHeader {
  /** general.architecture; null where the file names none, as stable-diffusion.cpp's don't. */
  readonly architecture: string | null;
  readonly entries: readonly HeaderEntry[];
}

export const GGUF_MAGIC = 'GGUF';
const MAGIC_BYTES = 4;
const VERSION = 3;
/** Version 3 read with the bytes in the wrong order. */
const SWAPPED_VERSION = 0x03000000;
const DEFAULT_ALIGNMENT = 32;
const MOST_DIMENSIONS = 4;
/** city96's converter notes a tensor's shape here where it had to change it. */
const ORIGINAL_SHAPE = 'comfy.gguf.orig_shape.';

/** A tensor's row of the header. */
interface TensorRow {
  readonly name: string;
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
  /** From the data's beginning. */
  readonly offset: number;
  readonly bytes: number;
}

/**
 * Parses and checks a GGUF file's header by the rules of ggml's own reader: version 3, known types, rows of whole blocks, and
 * data that lies one tensor after the other, aligned, within the file.
 * @param bytes the file's beginning
 * @throws HeaderCutError when the header goes on behind `bytes`
 * @throws CheckpointError that names the file and the tensor or key
 */
export function parseGgufHeader(bytes: Buffer, label: string, fileBytes: number): GgufHeader {
  const cursor = new HeaderCursor(bytes.subarray(MAGIC_BYTES), label, fileBytes - MAGIC_BYTES);
  checkVersion(cursor.uint32(), label);
  const tensors = cursor.size('its number of tensors');
  const keys = cursor.size('its number of keys');
  const values = readKeys(cursor, keys, label);
  const alignment = alignmentOf(values, label);
  const rows = readRows(cursor, tensors, values, label);
  const dataStart = align(MAGIC_BYTES + cursor.position, alignment);
  return {
    architecture: textOf(values, 'general.architecture', label),
    entries: place(rows, dataStart, alignment, label, fileBytes),
  };
}

function checkVersion(version: number, label: string): void {
  if (version === VERSION) return;
  if (version === SWAPPED_VERSION)
    throw new CheckpointError(`${label} is a big-endian GGUF file; only little-endian ones are read`);
  throw new CheckpointError(
    `${label} is a GGUF file of version ${version}, and version ${VERSION} is read: convert it anew`,
  );
}

function readKeys(cursor: HeaderCursor, count: number, label: string): ReadonlyMap<string, GgufValue> {
  const values = new Map<string, GgufValue>();
  for (let index = 0; index < count; index += 1) {
    const key = cursor.string('a key');
    if (values.has(key)) throw new CheckpointError(`${label}: the key ${describeValue(key)} is there twice`);
    values.set(key, cursor.value(describeValue(key)));
  }
  const parts = values.get('split.count');
  if (typeof parts === 'number' && parts > 1) {
    throw new CheckpointError(`${label} is one of ${parts} parts: merge them with llama.cpp's gguf-split --merge`);
  }
  return values;
}

function alignmentOf(values: ReadonlyMap<string, GgufValue>, label: string): number {
  const value = values.get('general.alignment') ?? DEFAULT_ALIGNMENT;
  if (typeof value === 'number' && value > 0 && Number.isInteger(Math.log2(value))) return value;
  throw new CheckpointError(`${label}: general.alignment is ${describeValue(value)}, expected a power of two`);
}

function textOf(values: ReadonlyMap<string, GgufValue>, key: string, label: string): string | null {
  const value = values.get(key) ?? null;
  if (value === null || typeof value === 'string') return value;
  throw new CheckpointError(`${label}: ${key} is ${describeValue(value)}, expected a string`);
}

function readRows(
  cursor: HeaderCursor,
  count: number,
  values: ReadonlyMap<string, GgufValue>,
  label: string,
): TensorRow[] {
  const rows: TensorRow[] = [];
  const names = new Set<string>();
  for (let index = 0; index < count; index += 1) {
    const name = cursor.string("a tensor's name");
    const fail = (text: string): never => {
      throw new CheckpointError(`${label}: tensor ${describeValue(name)} ${text}`);
    };
    if (names.has(name)) fail('is there twice');
    names.add(name);
    const dimensions = cursor.uint32();
    if (dimensions > MOST_DIMENSIONS) fail(`has ${dimensions} dimensions, at most ${MOST_DIMENSIONS} are possible`);
    // The first one runs fastest, which PyTorch writes last.
    const stored = Array.from({ length: dimensions }, () => cursor.int64()).reverse();
    const id = cursor.uint32();
    const dtype = ggufType(id) ?? fail(`has the type ${ggufTypeName(id)}; ${READ_TYPES} are read`);
    const offset = cursor.int64();
    const bytes = bytesOf(dtype, stored) ?? fail(`is ${dtype} ${describeShape(stored)}: its rows are no whole blocks`);
    rows.push({ name, dtype, shape: originalShape(values, name, stored, fail), offset, bytes });
  }
  return rows;
}

/** Bytes of a tensor; undefined where rows don't consist of whole blocks, or there is more than can be counted. */
function bytesOf(dtype: TensorDtype, shape: readonly number[]): number | undefined {
  const values = shape.reduce((product, side) => product * side, 1);
  if (!Number.isSafeInteger(values)) return undefined;
  if (!isGgufBlockType(dtype)) return (values * DTYPE_BITS[dtype]) / 8;
  const block = GGUF_BLOCKS[dtype];
  return (shape.at(-1) ?? 1) % block.values === 0 ? (values / block.values) * block.bytes : undefined;
}

function originalShape(
  values: ReadonlyMap<string, GgufValue>,
  name: string,
  stored: readonly number[],
  fail: (text: string) => never,
): readonly number[] {
  const original = values.get(`${ORIGINAL_SHAPE}${name}`);
  if (original === undefined) return stored;
  const product = (shape: readonly number[]): number => shape.reduce((all, side) => all * side, 1);
  if (Array.isArray(original) && original.every((side) => side >= 0) && product(original) === product(stored))
    return original as number[];
  return fail(`is ${describeShape(stored)}, which can't be its ${ORIGINAL_SHAPE}… ${describeValue(original)}`);
}

/** Each tensor begins where the one before it ends, aligned. */
function place(
  rows: readonly TensorRow[],
  dataStart: number,
  alignment: number,
  label: string,
  fileBytes: number,
): HeaderEntry[] {
  let next = 0;
  return rows.map(({ name, dtype, shape, offset, bytes }) => {
    if (offset !== next) {
      throw new CheckpointError(
        `${label}: tensor ${describeValue(name)} lies at byte ${offset} of the data, expected ${next}, where the one before it ends`,
      );
    }
    next = align(offset + bytes, alignment);
    const end = dataStart + offset + bytes;
    if (end > fileBytes) {
      throw new CheckpointError(
        `${label} is truncated: tensor ${describeValue(name)} ends at byte ${end}, but the file has ${fileBytes} bytes`,
      );
    }
    return { name, dtype, shape, offset: dataStart + offset, length: bytes };
  });
}

const align = (position: number, alignment: number): number => Math.ceil(position / alignment) * alignment;
