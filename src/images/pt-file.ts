import { storedZip } from './stored-zip.js';

/** Where torch lays storages: multiples of this many bytes. */
const STORAGE_ALIGNMENT = 64;

/**
 * The file that `torch.save(tensor, path)` would write for a contiguous float32 tensor: `torch.load(path)` opens it, with
 * `weights_only=True` too.
 *
 * Source: torch's serialization format: a ZIP archive with a pickle and the storages as they are, in little-endian order.
 */
export function ptFile(data: Float32Array, shape: readonly number[]): Uint8Array {
  const storage = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return storedZip(
    [
      { name: 'tensor/data.pkl', content: tensorPickle(data.length, shape) },
      { name: 'tensor/byteorder', content: Buffer.from('little') },
      { name: 'tensor/data/0', content: storage },
      { name: 'tensor/version', content: Buffer.from('3\n') },
    ],
    STORAGE_ALIGNMENT,
  );
}

/**
 * Pickle, protocol 2, of `_rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict())`, where the storage is a
 * persistent id that names its type, key, device and length.
 */
function tensorPickle(length: number, shape: readonly number[]): Uint8Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, side) => product * side, 1));
  const storageId = tuple(text('storage'), global('torch', 'FloatStorage'), text('0'), text('cpu'), integer(length));
  const persistent = Buffer.concat([storageId, Buffer.from('Q')]);
  const no = Buffer.from([0x89]);
  const emptyHooks = Buffer.concat([global('collections', 'OrderedDict'), Buffer.from(')R')]);
  return Buffer.concat([
    Buffer.from([0x80, 2]),
    global('torch._utils', '_rebuild_tensor_v2'),
    tuple(persistent, integer(0), tuple(...shape.map(integer)), tuple(...strides.map(integer)), no, emptyHooks),
    Buffer.from('R.'),
  ]);
}

function global(module: string, name: string): Buffer {
  return Buffer.from(`c${module}\n${name}\n`);
}

function tuple(...items: readonly Buffer[]): Buffer {
  return Buffer.concat([Buffer.from('('), ...items, Buffer.from('t')]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  const head = Buffer.from('X\0\0\0\0', 'latin1');
  head.writeUInt32LE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

function integer(value: number): Buffer {
  const bytes = Buffer.from('J\0\0\0\0', 'latin1');
  bytes.writeInt32LE(value, 1);
  return bytes;
}
