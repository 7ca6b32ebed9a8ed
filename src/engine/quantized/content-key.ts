import { createHash, type Hash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import type { TensorEntry, TensorIndex } from '../../checkpoint/tensor-index.js';
import type { Quantization } from '../../graph/quantization/linear-recipe.js';

/** Counts up when the same weights are quantized to other bytes. */
const VERSION = 3;
/** Bytes that are read at each of three places of a tensor. */
const SAMPLE_BYTES = 4096;
const KEY_LENGTH = 32;

/**
 * A name for what a checkpoint's weights are quantized to. It depends on the content and not on the place: all tensors' names,
 * types and shapes, and of each tensor's values its beginning, middle and end. Reading all of them would take as long as
 * quantizing; training moves every part of a tensor.
 */
export async function contentKey(checkpoint: Checkpoint, quantization: Quantization): Promise<string> {
  const indices = [checkpoint.textEncoder.tensors, checkpoint.transformer.tensors];
  return tensorsKey(checkpoint.root, indices, [VERSION, quantization]);
}

/** A name for all of a checkpoint's weights, as they lie in its files. */
export function weightsKey({ root, textEncoder, transformer, vae }: Checkpoint): Promise<string> {
  return tensorsKey(root, [textEncoder.tensors, transformer.tensors, vae.tensors], ['weights']);
}

/**
 * A name for the content of tensors, and for what is made of them.
 * @param root folder of their files
 * @param about what else it depends on, as JSON takes it
 */
export async function tensorsKey(
  root: string,
  indices: readonly TensorIndex[],
  about: readonly unknown[],
): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(about));
  const files = new Map<string, FileHandle>();
  try {
    for (const tensors of indices) {
      for (const name of tensors.names()) {
        const tensor = tensors.get(name);
        if (tensor === undefined) continue;
        const file = files.get(tensor.file) ?? (await open(join(root, tensor.file)));
        files.set(tensor.file, file);
        hash.update(JSON.stringify([tensors.component, name, tensor.dtype, tensor.shape]));
        await addSamples(hash, file, tensor);
      }
    }
  } finally {
    await Promise.all([...files.values()].map((file) => file.close()));
  }
  return hash.digest('hex').slice(0, KEY_LENGTH);
}

async function addSamples(hash: Hash, file: FileHandle, { offset, length }: TensorEntry): Promise<void> {
  const size = Math.min(SAMPLE_BYTES, length);
  const last = length - size;
  const sample = Buffer.alloc(size);
  for (const start of new Set([0, Math.floor(last / 2), last])) {
    await file.read(sample, 0, size, offset + start);
    hash.update(sample);
  }
}
