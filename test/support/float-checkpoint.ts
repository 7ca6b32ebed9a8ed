import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEditCheckpoint } from '../../src/engine/open-edit-checkpoint.js';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import type { TensorEntry, TensorIndex } from '../../src/checkpoint/tensor-index.js';
import { readPart } from './read-part.js';

/** float32 values by component and name. */
export type Values = ReadonlyMap<string, Float32Array>;

export const valuesKey = (component: string, name: string): string => `${component}: ${name}`;

const FILES = {
  text_encoder: 'model.safetensors',
  transformer: 'diffusion_pytorch_model.safetensors',
  vae: 'diffusion_pytorch_model.safetensors',
} as const;

/** All values of a checkpoint. */
export async function readValues(folder: string): Promise<Values> {
  const checkpoint = await openEditCheckpoint(folder);
  const entries = indexes(checkpoint).flatMap((tensors) =>
    [...tensors.names()].map((name): [string, Float32Array] => {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw new Error(`${name} is missing`);
      return [valuesKey(tensors.component, name), tensorValues(checkpoint.root, tensor)];
    }),
  );
  return new Map(entries);
}

/** Writes a copy of a checkpoint whose weights are float32, with other first values for some tensors. */
export async function writeFloatCheckpoint(folder: string, out: string, others: Values): Promise<void> {
  const checkpoint = await openEditCheckpoint(folder);
  const values = await readValues(folder);
  cpSync(folder, out, { recursive: true, filter: (path) => !/\.(safetensors|index\.json|onnx|bin)$/.test(path) });
  for (const tensors of indexes(checkpoint)) {
    const header: Record<string, unknown> = {};
    const parts: Buffer[] = [];
    let end = 0;
    for (const name of tensors.names()) {
      const tensor = tensors.get(name);
      const data = values.get(valuesKey(tensors.component, name));
      if (tensor === undefined || data === undefined) throw new Error(`${name} is missing`);
      const own = Float32Array.from(data);
      own.set(others.get(valuesKey(tensors.component, name)) ?? []);
      header[tensor.name] = { dtype: 'F32', shape: tensor.shape, data_offsets: [end, end + own.byteLength] };
      end += own.byteLength;
      parts.push(Buffer.from(own.buffer));
    }
    const text = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(text.length));
    const target = join(out, tensors.component);
    rmSync(join(target, FILES[tensors.component]), { force: true });
    mkdirSync(target, { recursive: true });
    writeFileSync(join(target, FILES[tensors.component]), Buffer.concat([length, text, ...parts]));
  }
}

const indexes = ({ textEncoder, transformer, vae }: Checkpoint): TensorIndex[] => [
  textEncoder.tensors,
  transformer.tensors,
  vae.tensors,
];

function tensorValues(root: string, { file, offset, length, dtype, name }: TensorEntry): Float32Array {
  const bytes = readPart(join(root, file), offset, length);
  if (dtype === 'F32') return new Float32Array(bytes.buffer);
  if (dtype !== 'BF16') throw new Error(`${name} has type ${dtype}`);
  const halves = new Uint16Array(bytes.buffer);
  const bits = new Uint32Array(halves.length);
  for (let index = 0; index < bits.length; index += 1) bits[index] = (halves[index] ?? 0) << 16;
  return new Float32Array(bits.buffer);
}
