import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { GGUF_BLOCKS, isGgufBlockType, type GgufBlockType } from '../../../src/checkpoint/gguf/block-types.js';
import { readGgufHeader } from '../../../src/checkpoint/gguf/read-gguf.js';
import { FolderFiles } from '../../../src/checkpoint/folder-files.js';
import { blockValues, decodeBlocks, packCodes } from '../../../src/engine/repacked/decode-rows.js';
import { goldenFloats, readSafetensors } from '../../support/safetensors.js';

/** Written by gguf-py, with what it reads back (test/reference/weight_files.py). */
const FOLDER = join(import.meta.dirname, '..', '..', 'fixtures', 'weight-files', 'blocks');
const EXPECTED = readSafetensors(join(FOLDER, 'expected.safetensors'));
const ROWS = 5;
const COLUMNS = 512;

async function storedBytes(type: GgufBlockType): Promise<Uint8Array> {
  const { architecture, entries } = await readGgufHeader(new FolderFiles(FOLDER), `${type}.gguf`);
  const [entry] = entries;
  expect(architecture).toBe('qwen_image');
  expect(entry).toMatchObject({ name: 'weight', dtype: type, shape: [ROWS, COLUMNS] });
  return readFileSync(join(FOLDER, `${type}.gguf`)).subarray(
    entry?.offset,
    (entry?.offset ?? 0) + (entry?.length ?? 0),
  );
}

describe.each(Object.keys(GGUF_BLOCKS).filter(isGgufBlockType))('%s', (type) => {
  test('values are those that gguf-py reads, to the rounding of float32', async () => {
    const decoded = decodeBlocks(type, await storedBytes(type));
    const values = blockValues(decoded);
    const expected = goldenFloats(EXPECTED, type);
    expect(values).toHaveLength(expected.length);
    const group = decoded.codes.length / decoded.scales.length;
    const wrong = [...expected].filter((value, index) => {
      // Two roundings of the addend and one of the sum, each of half a unit in the last place of what is added.
      const scale = Math.abs(decoded.scales[Math.floor(index / group)] ?? 0);
      const largest = Math.max(Math.abs(decoded.addends[Math.floor(index / group)] ?? 0), 32 * scale, Math.abs(value));
      return Math.abs((values[index] ?? NaN) - value) > largest * 2 ** -22;
    });
    expect(wrong).toEqual([]);
    if (decoded.addends.every((addend) => addend === 0))
      expect([...values]).toEqual([...expected].map((value) => value + 0));
  });

  test('a block without scale keeps its minimum', async () => {
    const { scales, addends } = decodeBlocks(type, await storedBytes(type));
    const first = goldenFloats(EXPECTED, type)[0] ?? NaN;
    if (!addends.some((addend) => addend !== 0)) return;
    expect(scales[0]).toBe(0);
    expect(addends[0]).toBe(first);
    expect(first).toBeLessThan(-0.04);
  });
});

test('codes are packed as the kernels read them', () => {
  const codes = Int8Array.of(-8, 7, 0, -1);
  expect([...packCodes(codes, 8)]).toEqual([0xf0, 0x78]);
  expect([...packCodes(codes, 128)]).toEqual([120, 135, 128, 127]);
  expect([...packCodes(codes, 0)]).toEqual([248, 7, 0, 255]);
});
