import { crc32 } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  readonly content: Uint8Array;
}

const LOCAL_HEADER = 30;
const CENTRAL_HEADER = 46;
const END_RECORD = 22;
/** A header field's id for nothing but padding, the one that torch writes ("FB"). */
const PADDING_FIELD = 0x4246;

/**
 * A ZIP archive without compression. Every entry's content begins at a multiple of `alignment` bytes, so that it can be
 * mapped as it lies.
 *
 * Source: PKWARE's APPNOTE 6.3.
 */
export function storedZip(entries: readonly ZipEntry[], alignment: number): Uint8Array {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, content } of entries) {
    const path = Buffer.from(name, 'utf8');
    const padding = paddingField(offset + LOCAL_HEADER + path.length, alignment);
    const common = commonHeader(content, path.length);
    const local = Buffer.alloc(LOCAL_HEADER);
    local.writeUInt32LE(0x04034b50, 0);
    common.copy(local, 4);
    local.writeUInt16LE(padding.length, 28);
    parts.push(local, path, padding, Buffer.from(content.buffer, content.byteOffset, content.byteLength));
    const central = Buffer.alloc(CENTRAL_HEADER);
    central.writeUInt32LE(0x02014b50, 0);
    common.copy(central, 6);
    central.writeUInt32LE(offset, 42);
    directory.push(central, path);
    offset += LOCAL_HEADER + path.length + padding.length + content.byteLength;
  }
  const directoryLength = directory.reduce((length, part) => length + part.length, 0);
  return Buffer.concat([...parts, ...directory, endRecord(entries.length, directoryLength, offset)]);
}

/** What local and central headers share, from the version that is needed to the name's length: 24 bytes. */
function commonHeader(content: Uint8Array, nameLength: number): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt16LE(20, 0);
  // 1 January 1980, the format's first day: archives of the same content are the same bytes.
  header.writeUInt16LE(0x21, 8);
  header.writeUInt32LE(crc32(content), 10);
  header.writeUInt32LE(content.byteLength, 14);
  header.writeUInt32LE(content.byteLength, 18);
  header.writeUInt16LE(nameLength, 22);
  return header;
}

/** A header field (id, length, zeros) that brings what follows `position` to a multiple of `alignment`. */
function paddingField(position: number, alignment: number): Buffer {
  const zeros = (alignment - ((position + 4) % alignment)) % alignment;
  const field = Buffer.alloc(4 + zeros);
  field.writeUInt16LE(PADDING_FIELD, 0);
  field.writeUInt16LE(zeros, 2);
  return field;
}

function endRecord(entries: number, directoryLength: number, directoryOffset: number): Buffer {
  const record = Buffer.alloc(END_RECORD);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(entries, 8);
  record.writeUInt16LE(entries, 10);
  record.writeUInt32LE(directoryLength, 12);
  record.writeUInt32LE(directoryOffset, 16);
  return record;
}
