import { realpath } from 'node:fs/promises';
import { allInOrder } from './all-in-order.js';
import { CheckpointError } from './checkpoint-error.js';
import { describeValue } from './describe-value.js';
import { fileError, type FolderFiles } from './folder-files.js';
import { isGgufFile } from './gguf/read-gguf.js';
import { readTransformerGguf } from './gguf/transformer-gguf.js';
import { readSafetensorsHeader, type HeaderEntry } from './safetensors-header.js';
import type { TensorComponent, TensorEntry, TensorIndex } from './tensor-index.js';
import type { ScaledEntry } from './transformer-weights/float8-notes.js';
import { canonicalTensorName, tensorNameInFiles } from './tensor-names.js';
import { findWeightFiles, type WeightFiles } from './weight-files.js';

/** One file of a component's weights, its header read. */
export interface Shard {
  readonly label: string;
  /** Absolute, links resolved. */
  readonly realPath: string;
  readonly entries: readonly ScaledEntry[];
}

/** A component's weights before the root is known that their paths are relative to. */
export interface ComponentShards {
  readonly component: TensorComponent;
  readonly shards: readonly Shard[];
  /** The file that lists the tensors. */
  readonly label: string;
  readonly warning: string | null;
}

/**
 * Reads the headers of all of a component's safetensors files, side by side, and checks them against their index.
 * @throws CheckpointError that names the file and the tensor
 */
export async function readComponentShards(files: FolderFiles, component: TensorComponent): Promise<ComponentShards> {
  return readShards(files, component, await findWeightFiles(files, component));
}

/** The same of files that are already found. */
export async function readShards(
  files: FolderFiles,
  component: TensorComponent,
  weights: WeightFiles,
): Promise<ComponentShards> {
  const shards = await allInOrder(weights.files.map((label) => readShard(files, label, weights)));
  const label = weights.index?.label ?? weights.files.join(', ');
  return { component, shards, label, warning: weights.warning };
}

async function readShard(files: FolderFiles, label: string, weights: WeightFiles): Promise<Shard> {
  if (weights.index !== null && !(await files.has(label))) {
    throw new CheckpointError(`${label} is missing, though ${weights.index.label} names it`);
  }
  const entries = (await isGgufFile(files, label))
    ? await readTransformerGguf(files, label)
    : (await readSafetensorsHeader(files, label)).entries;
  checkAgainstIndex(label, entries, weights);
  try {
    return { label, realPath: await realpath(files.absolute(label)), entries };
  } catch (error) {
    throw fileError(label, error);
  }
}

/** A shard may hold tensors that the index leaves out (the reference loads them too), but not the other way round. */
function checkAgainstIndex(label: string, entries: readonly HeaderEntry[], { index }: WeightFiles): void {
  const names = new Set(entries.map(({ name }) => name));
  for (const [tensor, file] of index?.weightMap ?? []) {
    if (file === label && !names.has(tensor)) {
      throw new CheckpointError(
        `${label}: tensor ${describeValue(tensor)} is missing, though the index places it here`,
      );
    }
  }
}

/**
 * The tensors of all shards under their canonical names.
 * @param relativeToRoot makes a shard's real path relative to the checkpoint's root
 * @throws CheckpointError when two tensors have the same name
 */
export function indexTensors(weights: ComponentShards, relativeToRoot: (realPath: string) => string): TensorIndex {
  const { component } = weights;
  const tensors = new Map<string, TensorEntry>();
  for (const { label, realPath, entries } of weights.shards) {
    const file = relativeToRoot(realPath);
    for (const entry of entries) {
      const canonical = canonicalTensorName(component, entry.name);
      const other = tensors.get(canonical);
      if (other !== undefined) {
        throw new CheckpointError(
          `${label}: tensor ${describeValue(entry.name)} is there twice, also in ${other.label} as ${describeValue(other.name)}`,
        );
      }
      tensors.set(canonical, { ...entry, file, label });
    }
  }
  return {
    component,
    label: weights.label,
    size: tensors.size,
    has: (name) => tensors.has(name),
    get: (name) => tensors.get(name),
    names: () => tensors.keys(),
    nameInFiles: (name) =>
      tensorNameInFiles(
        component,
        name,
        [...tensors.values()].map((tensor) => tensor.name),
      ),
  };
}
