import { readFileSync } from 'node:fs';

export interface GoldenTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/** Reads a golden file whole: F32, I32 and U8 tensors by name. */
export function readSafetensors(file: string): Map<string, GoldenTensor> {
  const bytes = readFileSync(file);
  const headerLength = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerLength)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const start = 8 + headerLength;
  const tensors = new Map<string, GoldenTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const buffer = new Uint8Array(bytes.subarray(start + entry.data_offsets[0], start + entry.data_offsets[1])).buffer;
    const view = { F32: Float32Array, I32: Int32Array, U8: Uint8Array }[entry.dtype];
    if (view === undefined) throw new Error(`${file}: ${name} has type ${entry.dtype}`);
    tensors.set(name, { shape: entry.shape, data: new view(buffer) });
  }
  return tensors;
}

/** A float tensor of a golden file. */
export function goldenFloats(tensors: ReadonlyMap<string, GoldenTensor>, name: string): Float32Array {
  const tensor = tensors.get(name);
  if (!(tensor?.data instanceof Float32Array)) throw new Error(`The golden file has no float tensor ${name}`);
  return tensor.data;
}
