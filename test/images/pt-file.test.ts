import { describe, expect, test } from '@jest/globals';
import { crc32 } from 'node:zlib';
import { ptFile } from '../../src/images/pt-file.js';
import { goldenBytes } from '../support/goldens.js';

/** What a ZIP archive's directory says. */
function readZip(
  bytes: Uint8Array,
): Map<string, { readonly start: number; readonly content: Uint8Array; readonly crc: number }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = bytes.length - 22;
  expect(view.getUint32(end, true)).toBe(0x06054b50);
  const entries = new Map<string, { start: number; content: Uint8Array; crc: number }>();
  let at = view.getUint32(end + 16, true);
  for (let count = view.getUint16(end + 10, true); count > 0; count--) {
    expect(view.getUint32(at, true)).toBe(0x02014b50);
    expect(view.getUint16(at + 10, true)).toBe(0);
    const [crc, length, nameLength] = [
      view.getUint32(at + 16, true),
      view.getUint32(at + 24, true),
      view.getUint16(at + 28, true),
    ];
    const local = view.getUint32(at + 42, true);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const name = Buffer.from(bytes.subarray(at + 46, at + 46 + nameLength)).toString();
    entries.set(name, { start, content: bytes.subarray(start, start + length), crc });
    at += 46 + nameLength;
  }
  expect(at).toBe(end);
  return entries;
}

describe('ptFile', () => {
  const values = Float32Array.from({ length: 105 }, (_, index) => index / 105);

  test('is the file that torch opened when the goldens were made', () => {
    expect(Buffer.from(ptFile(values, [3, 5, 7])).equals(goldenBytes('tensor.pt'))).toBe(true);
  });

  test('lays the values as they are at a multiple of 64 bytes', () => {
    for (const shape of [[3, 5, 7], [105]]) {
      const entries = readZip(ptFile(values, shape));
      expect([...entries.keys()]).toEqual(['tensor/data.pkl', 'tensor/byteorder', 'tensor/data/0', 'tensor/version']);
      for (const { content, crc, start } of entries.values()) {
        expect(crc32(content)).toBe(crc);
        expect(start % 64).toBe(0);
      }
      const storage = entries.get('tensor/data/0')?.content ?? new Uint8Array();
      expect(new Float32Array(Uint8Array.from(storage).buffer)).toEqual(values);
    }
  });

  test('takes a view into a larger buffer', () => {
    const view = new Float32Array([9, 9, 1, 2, 3, 9]).subarray(2, 5);
    const storage = readZip(ptFile(view, [3, 1, 1])).get('tensor/data/0')?.content ?? new Uint8Array();
    expect([...new Float32Array(Uint8Array.from(storage).buffer)]).toEqual([1, 2, 3]);
  });
});
