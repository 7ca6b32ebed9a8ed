import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { FolderFiles } from '../../../src/checkpoint/folder-files.js';
import { readTransformerGguf } from '../../../src/checkpoint/gguf/transformer-gguf.js';

/** As gguf-py writes it: one tensor `weight`, Q4_0 [5, 512]; general.architecture alone. */
const WHOLE = readFileSync(join(import.meta.dirname, '..', '..', 'fixtures', 'weight-files', 'blocks', 'Q4_0.gguf'));
const folder = mkdtempSync(join(tmpdir(), 'gguf-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Change = (bytes: Buffer) => Buffer | undefined;

async function fault(change: Change): Promise<string> {
  const bytes = Buffer.from(WHOLE);
  writeFileSync(join(folder, 'x.gguf'), change(bytes) ?? bytes);
  return readTransformerGguf(new FolderFiles(folder), 'x.gguf').then(
    () => 'it is read',
    (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
  );
}

/** Bytes from the end of a text in the header. */
const behind = (bytes: Buffer, text: string): number => bytes.indexOf(text) + text.length;
/** The tensor's row: its name, then 4 bytes of dimensions, 8 for each of two, 4 of type, 8 of offset. */
const TENSOR = { dimensions: 0, columns: 4, rows: 12, type: 20, offset: 24 } as const;
const inTensor = (bytes: Buffer, field: keyof typeof TENSOR): number => behind(bytes, 'weight') + TENSOR[field];
/** Replaces a text by one of the same length, so that the lengths stay true. */
const rename =
  (from: string, to: string): Change =>
  (bytes) => {
    bytes.write(to, bytes.indexOf(from), 'utf8');
    return undefined;
  };
/** GGUF with one more key. */
const withKey =
  (key: string, type: number, value: Buffer): Change =>
  (bytes) => {
    const count = bytes.readBigUInt64LE(16);
    bytes.writeBigUInt64LE(count + 1n, 16);
    const row = Buffer.alloc(8 + key.length + 4);
    row.writeBigUInt64LE(BigInt(key.length), 0);
    row.write(key, 8);
    row.writeUInt32LE(type, 8 + key.length);
    return Buffer.concat([bytes.subarray(0, 24), row, value, bytes.subarray(24)]);
  };
const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const uint16 = (value: number): Buffer => uint32(value).subarray(0, 2);

const FAULTS: readonly (readonly [what: string, change: Change, message: string | RegExp])[] = [
  ['whole', () => undefined, 'it is read'],
  ['no magic', rename('GGUF', 'GGML'), "CheckpointError: x.gguf is not a GGUF file: it doesn't begin with GGUF"],
  ['empty', () => Buffer.alloc(0), "CheckpointError: x.gguf is not a GGUF file: it doesn't begin with GGUF"],
  [
    'an old version',
    (bytes) => void bytes.writeUInt32LE(2, 4),
    'CheckpointError: x.gguf is a GGUF file of version 2, and version 3 is read: convert it anew',
  ],
  [
    'big-endian',
    (bytes) => void bytes.writeUInt32BE(3, 4),
    'CheckpointError: x.gguf is a big-endian GGUF file; only little-endian ones are read',
  ],
  ['cut within the header', (bytes) => bytes.subarray(0, 60), /^CheckpointError: x\.gguf is truncated/],
  [
    'cut within a tensor',
    (bytes) => bytes.subarray(0, 1000),
    /^CheckpointError: x\.gguf is truncated: tensor "weight" ends at byte \d+, but the file has 1000 bytes$/,
  ],
  [
    'too many tensors',
    (bytes) => void bytes.writeBigUInt64LE(2n ** 60n, 8),
    /^CheckpointError: x\.gguf is truncated or damaged: its number of tensors is 1152921504606846976/,
  ],
  [
    'too long a string',
    (bytes) => void bytes.writeBigUInt64LE(2n ** 40n, 24),
    /^CheckpointError: x\.gguf is truncated or damaged: the length of a key is 1099511627776/,
  ],
  [
    'another architecture',
    rename('qwen_image', 'qwen_imago'),
    'CheckpointError: x.gguf has the architecture "qwen_imago", expected a transformer\'s file (architecture qwen_image)',
  ],
  [
    'an unknown type',
    (bytes) => void bytes.writeUInt32LE(99, inTensor(bytes, 'type')),
    /^CheckpointError: x\.gguf: tensor "weight" has the type number 99; F32, F16, BF16, Q4_0, .* are read$/,
  ],
  [
    'a type that is not read',
    (bytes) => void bytes.writeUInt32LE(23, inTensor(bytes, 'type')),
    /tensor "weight" has the type IQ4_XS; /,
  ],
  ['NVFP4', (bytes) => void bytes.writeUInt32LE(40, inTensor(bytes, 'type')), /tensor "weight" has the type NVFP4; /],
  [
    'rows of no whole blocks',
    (bytes) => void bytes.writeBigUInt64LE(40n, inTensor(bytes, 'columns')),
    'CheckpointError: x.gguf: tensor "weight" is Q4_0 [5, 40]: its rows are no whole blocks',
  ],
  [
    'more values than can be counted',
    (bytes) => void bytes.writeBigUInt64LE(2n ** 62n, inTensor(bytes, 'rows')),
    /its rows are no whole blocks$/,
  ],
  [
    'a tensor outside the file',
    (bytes) => void bytes.writeBigUInt64LE(5000n, inTensor(bytes, 'rows')),
    /^CheckpointError: x\.gguf is truncated: tensor "weight" ends at byte \d+/,
  ],
  [
    'a tensor elsewhere',
    (bytes) => void bytes.writeBigUInt64LE(64n, inTensor(bytes, 'offset')),
    'CheckpointError: x.gguf: tensor "weight" lies at byte 64 of the data, expected 0, where the one before it ends',
  ],
  [
    'many dimensions',
    (bytes) => void bytes.writeUInt32LE(5, inTensor(bytes, 'dimensions')),
    'CheckpointError: x.gguf: tensor "weight" has 5 dimensions, at most 4 are possible',
  ],
  [
    'an unknown kind of value',
    withKey('some.key', 13, uint32(0)),
    'CheckpointError: x.gguf: the key "some.key" has a value of the unknown type 13',
  ],
  [
    'a key twice',
    (bytes) => withKey('a', 4, uint32(0))(withKey('a', 4, uint32(0))(bytes) ?? bytes),
    'CheckpointError: x.gguf: the key "a" is there twice',
  ],
  [
    'an alignment that is none',
    withKey('general.alignment', 4, uint32(24)),
    'CheckpointError: x.gguf: general.alignment is 24, expected a power of two',
  ],
  [
    'a part of several',
    withKey('split.count', 2, uint16(3)),
    "CheckpointError: x.gguf is one of 3 parts: merge them with llama.cpp's gguf-split --merge",
  ],
];

describe('a GGUF file', () => {
  test.each(FAULTS)('%s', async (_what, change, message) => {
    const found = await fault(change);
    if (typeof message === 'string') expect(found).toBe(message);
    else expect(found).toMatch(message);
    expect(found).not.toContain('\n');
  });

  test('long and nested values are passed over', async () => {
    // A tokenizer's words: more of them than fit into what is read at first.
    const word = Buffer.concat([Buffer.from([3, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('abc')]);
    const words = Buffer.concat([
      uint32(8),
      Buffer.from([0, 0, 3, 0, 0, 0, 0, 0]),
      ...Array<Buffer>(0x30000).fill(word),
    ]);
    const nested = Buffer.concat([
      uint32(9),
      Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]),
      uint32(4),
      Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]),
      uint32(7),
    ]);
    const both: Change = (bytes) => withKey('words', 9, words)(withKey('nested', 9, nested)(bytes) ?? bytes);
    // The data now begins elsewhere; its alignment is kept by what is added in front of it.
    const moved = (bytes: Buffer): Buffer => {
      const changed = both(bytes) ?? bytes;
      const added = changed.length - bytes.length;
      const start = WHOLE.length - 5 * 512 * (18 / 32);
      const header = Math.ceil((headerEnd(bytes) + added) / 32) * 32;
      return Buffer.concat([
        changed.subarray(0, headerEnd(bytes) + added),
        Buffer.alloc(header - headerEnd(bytes) - added),
        bytes.subarray(start),
      ]);
    };
    expect(await fault(moved)).toBe('it is read');
  });

  test.each(['qwen2vl', 'clip'])('of the architecture %s is a text encoder', async (architecture) => {
    const change: Change = (bytes) => {
      const at = bytes.indexOf('qwen_image');
      const name = Buffer.from(architecture);
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(name.length));
      return Buffer.concat([
        bytes.subarray(0, at - 8),
        length,
        name,
        bytes.subarray(at + 'qwen_image'.length),
        Buffer.alloc(64),
      ]);
    };
    expect(await fault(change)).toMatch(
      /is a text encoder .*: text encoders as GGUF are not read, QWEN_MODEL_DIR's text_encoder\/ holds safetensors$/,
    );
  });
});

/** Where the header of the file ends: behind the tensor's offset. */
const headerEnd = (bytes: Buffer): number => inTensor(bytes, 'offset') + 8;
