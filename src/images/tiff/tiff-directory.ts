/** Where a directory's entry keeps its values. */
interface Entry {
  /** A field type's number, as TIFF has it. */
  readonly type: number;
  readonly count: number;
  /** Of the first value, in bytes from the file's start. */
  readonly start: number;
}

/** Bytes a value of the field types that hold whole numbers: BYTE, SHORT, LONG, IFD, LONG8, IFD8. */
const VALUE_BYTES: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 4, 13: 4, 16: 8, 18: 8 };
/** Bytes a value of the types that don't. Only whether a value lies in its entry is asked of them. */
const OTHER_BYTES: Readonly<Record<number, number>> = {
  2: 1,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  17: 8,
};

/** No tag that describes samples has more values: libvips opens no picture of more samples a pixel than a few. */
const MAX_VALUES = 64;
/** Real directories have a few dozen. */
const MAX_ENTRIES = 4096;

/** What classic TIFF and BigTIFF do differently, in bytes. */
const CLASSIC = { firstOffset: 4, counter: 2, entry: 12, pointer: 4 } as const;
const BIG = { firstOffset: 8, counter: 8, entry: 20, pointer: 8 } as const;

/**
 * The first directory of a TIFF file: its tags' whole numbers. Either byte order, classic or BigTIFF. Nothing outside the
 * file is read and no chain is followed, so any bytes will do; what isn't there reads as absent.
 *
 * Source: TIFF 6.0, section 2, and the BigTIFF design.
 */
export class TiffDirectory {
  private readonly view: DataView;

  private constructor(
    private readonly bytes: Uint8Array,
    private readonly littleEndian: boolean,
    private readonly entries: ReadonlyMap<number, Entry>,
  ) {
    this.view = viewOf(bytes);
  }

  /** @param bytes a file that begins as a TIFF does */
  static read(bytes: Uint8Array): TiffDirectory {
    const view = viewOf(bytes);
    const littleEndian = bytes[0] === 0x49;
    const isBig = bytes.length >= 4 && view.getUint16(2, littleEndian) === 43;
    return new TiffDirectory(bytes, littleEndian, readEntries(view, littleEndian, isBig ? BIG : CLASSIC));
  }

  get isLittleEndian(): boolean {
    return this.littleEndian;
  }

  has(tag: number): boolean {
    return this.entries.has(tag);
  }

  /** A tag's whole numbers; none where it is absent, of another type or outside the file. At most 64. */
  values(tag: number): number[] {
    const entry = this.entries.get(tag);
    const size = entry === undefined ? undefined : VALUE_BYTES[entry.type];
    if (entry === undefined || size === undefined) return [];
    const count = Math.min(entry.count, MAX_VALUES);
    if (entry.start + count * size > this.bytes.length) return [];
    return Array.from({ length: count }, (_, index) =>
      getNumber(this.view, entry.start + index * size, size, this.littleEndian),
    );
  }

  /** A tag's first number. */
  value(tag: number): number | undefined {
    return this.values(tag)[0];
  }

  /**
   * A copy of the file in which tags that it has hold other numbers, all of a tag's the same one.
   * @param changes by tag; each number fits the tag's type
   */
  withValues(changes: ReadonlyMap<number, number>): Uint8Array<ArrayBuffer> {
    const copy = Uint8Array.from(this.bytes);
    const view = viewOf(copy);
    for (const [tag, number] of changes) {
      const entry = this.entries.get(tag);
      const size = entry === undefined ? undefined : VALUE_BYTES[entry.type];
      if (entry === undefined || size === undefined) continue;
      this.values(tag).forEach((_, index) => {
        setNumber(view, entry.start + index * size, size, number, this.littleEndian);
      });
    }
    return copy;
  }

  /** The most that a tag's type can hold; 0 where the tag is absent. */
  greatest(tag: number): number {
    const entry = this.entries.get(tag);
    const size = entry === undefined ? 0 : (VALUE_BYTES[entry.type] ?? 0);
    return size === 8 ? Number.MAX_SAFE_INTEGER : 2 ** (8 * size) - 1;
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function readEntries(
  view: DataView,
  littleEndian: boolean,
  { firstOffset, counter, entry, pointer }: typeof CLASSIC | typeof BIG,
): Map<number, Entry> {
  const entries = new Map<number, Entry>();
  const { byteLength } = view;
  if (firstOffset + pointer > byteLength) return entries;
  const directory = getNumber(view, firstOffset, pointer, littleEndian);
  if (directory + counter > byteLength) return entries;
  const count = Math.min(getNumber(view, directory, counter, littleEndian), MAX_ENTRIES);
  let at = directory + counter;
  for (let index = 0; index < count && at + entry <= byteLength; index += 1, at += entry) {
    const tag = view.getUint16(at, littleEndian);
    const type = view.getUint16(at + 2, littleEndian);
    const values = getNumber(view, at + 4, pointer, littleEndian);
    const inline = at + 4 + pointer;
    const size = VALUE_BYTES[type] ?? OTHER_BYTES[type] ?? 0;
    const start = values * size <= pointer ? inline : getNumber(view, inline, pointer, littleEndian);
    // The decoder takes a tag's first entry, too.
    if (!entries.has(tag)) entries.set(tag, { type, count: values, start });
  }
  return entries;
}

function getNumber(view: DataView, at: number, size: number, littleEndian: boolean): number {
  switch (size) {
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at, littleEndian);
    case 4:
      return view.getUint32(at, littleEndian);
    default:
      return Number(view.getBigUint64(at, littleEndian));
  }
}

function setNumber(view: DataView, at: number, size: number, value: number, littleEndian: boolean): void {
  switch (size) {
    case 1:
      view.setUint8(at, value);
      return;
    case 2:
      view.setUint16(at, value, littleEndian);
      return;
    case 4:
      view.setUint32(at, value, littleEndian);
      return;
    default:
      view.setBigUint64(at, BigInt(value), littleEndian);
  }
}
