import { CheckpointError } from '../checkpoint-error.js';

/** The bytes end before what is to be read: more of the file is needed. */
export class HeaderCutError extends Error {}

/** A value of GGUF's metadata; of arrays only short ones of numbers are kept, the rest is null. */
export type GgufValue = string | number | boolean | readonly number[] | null;

/** GGUF's value types by their number: bytes of a fixed one, and how it is read. */
const SCALARS: Readonly<Record<number, { bytes: number; read: (bytes: Buffer, at: number) => number | boolean }>> = {
  0: { bytes: 1, read: (bytes, at) => bytes.readUInt8(at) },
  1: { bytes: 1, read: (bytes, at) => bytes.readInt8(at) },
  2: { bytes: 2, read: (bytes, at) => bytes.readUInt16LE(at) },
  3: { bytes: 2, read: (bytes, at) => bytes.readInt16LE(at) },
  4: { bytes: 4, read: (bytes, at) => bytes.readUInt32LE(at) },
  5: { bytes: 4, read: (bytes, at) => bytes.readInt32LE(at) },
  6: { bytes: 4, read: (bytes, at) => bytes.readFloatLE(at) },
  7: { bytes: 1, read: (bytes, at) => bytes.readUInt8(at) !== 0 },
  10: { bytes: 8, read: (bytes, at) => Number(bytes.readBigUInt64LE(at)) },
  11: { bytes: 8, read: (bytes, at) => Number(bytes.readBigInt64LE(at)) },
  12: { bytes: 8, read: (bytes, at) => bytes.readDoubleLE(at) },
};
const STRING = 8;
const ARRAY = 9;

/** Longer arrays are of no use here (a tokenizer's words). */
const KEPT_ELEMENTS = 8;
const MOST_NESTED = 4;

/** Reads the values of a GGUF header one after the other. */
export class HeaderCursor {
  position = 0;

  /**
   * @param bytes the file's beginning
   * @param fileBytes the whole file's size, which no count or length may pass
   */
  constructor(
    private readonly bytes: Buffer,
    private readonly label: string,
    private readonly fileBytes: number,
  ) {}

  uint32(): number {
    return this.take(4, (at) => this.bytes.readUInt32LE(at));
  }

  /** A count, a size or an offset: none can be larger than the file. */
  size(what: string): number {
    const value = this.take(8, (at) => this.bytes.readBigUInt64LE(at));
    if (value > this.fileBytes) {
      throw new CheckpointError(
        `${this.label} is truncated or damaged: ${what} is ${value}, and the file has ${this.fileBytes} bytes`,
      );
    }
    return Number(value);
  }

  /** A number of 64 bits that stands for no place in the file. */
  int64(): number {
    return Number(this.take(8, (at) => this.bytes.readBigUInt64LE(at)));
  }

  string(what: string): string {
    const length = this.size(`the length of ${what}`);
    return this.take(length, (at) => this.bytes.toString('utf8', at, at + length));
  }

  /** The value of a key. */
  value(key: string): GgufValue {
    return this.valueOf(this.uint32(), key, 0);
  }

  private valueOf(type: number, key: string, depth: number): GgufValue {
    const scalar = SCALARS[type];
    if (scalar !== undefined) return this.take(scalar.bytes, (at) => scalar.read(this.bytes, at));
    if (type === STRING) return this.string(`the value of ${key}`);
    if (type === ARRAY && depth < MOST_NESTED) return this.array(key, depth);
    throw new CheckpointError(`${this.label}: the key ${key} has a value of the unknown type ${type}`);
  }

  private array(key: string, depth: number): readonly number[] | null {
    const type = this.uint32();
    const count = this.size(`the number of values of ${key}`);
    const scalar = SCALARS[type];
    if (scalar !== undefined && count > KEPT_ELEMENTS) return this.take(scalar.bytes * count, () => null);
    const numbers: number[] = [];
    for (let index = 0; index < count; index += 1) {
      const value = this.valueOf(type, key, depth + 1);
      if (typeof value === 'number') numbers.push(value);
    }
    return numbers.length === count ? numbers : null;
  }

  private take<T>(length: number, read: (at: number) => T): T {
    const at = this.position;
    if (at + length > this.fileBytes) {
      throw new CheckpointError(
        `${this.label} is truncated: its header goes on behind the file's ${this.fileBytes} bytes`,
      );
    }
    if (at + length > this.bytes.length) throw new HeaderCutError();
    this.position += length;
    return read(at);
  }
}
