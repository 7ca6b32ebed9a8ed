import { join, posix } from 'node:path';
import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import type { TensorEntry } from '../../checkpoint/tensor-index.js';
import { relativePosix } from '../../checkpoint/common-folder.js';
import { linearRecipe, type Quantization, type SensitiveWeights } from '../../graph/quantization/linear-recipe.js';
import { quantizedFile, QuantizedLayout, type PlacedWeight } from '../../graph/quantization/quantized-layout.js';
import type { WeightStorage } from '../../graph/weights.js';
import type { QuantizingStep } from '../../protocol/engine-messages.js';
import type { CacheManifest } from './cache-entry.js';
import { contentKey } from './content-key.js';
import { initializersRoot, type QuantizedCache } from './quantized-cache.js';
import { sensitiveWeights } from './sensitive-weights.js';
import { writeWeights, type WrittenFile } from './write-weights.js';

/** Called with how many weights are through a step of quantizing them. */
export type OnWeight = (step: QuantizingStep, done: number, count: number) => void;

/** Where quantized graphs find their initializers. */
export interface QuantizedWeights {
  readonly storage: WeightStorage;
  /** Absolute folder that the storage's places are relative to: checkpoint and cache both lie below it. */
  readonly root: string;
  /** Absolute folder of the quantized files. */
  readonly folder: string;
  readonly sensitive: SensitiveWeights;
  /** What the operator should know. */
  readonly warnings: readonly string[];
}

/**
 * The quantized weights of a checkpoint: those of the cache, or made now for this start and the next ones.
 * @param build builds all graphs with a storage, which lays out what they ask for
 * @param onWeight called as weights are made
 * @throws CheckpointError when the cache can't hold them
 */
export async function quantizedWeights(
  checkpoint: Checkpoint,
  quantization: Quantization,
  cache: QuantizedCache,
  build: (storage: WeightStorage) => void,
  onWeight: OnWeight = () => undefined,
): Promise<QuantizedWeights> {
  const key = await contentKey(checkpoint, quantization);
  const cacheRoot = await cache.root();
  const folder = join(cacheRoot, key);
  const root = initializersRoot(checkpoint.root, cacheRoot);
  const layOut = (sensitive?: SensitiveWeights): { quantized: QuantizedLayout } & WeightStorage => {
    const quantized = new QuantizedLayout(linearRecipe(quantization, sensitive), relativePosix(root, folder));
    const storage = {
      locate: ({ file }: TensorEntry) => posix.join(relativePosix(root, checkpoint.root), file),
      quantized,
    };
    build(storage);
    return storage;
  };

  const found = await cache.find(key);
  if (found.state === 'whole') {
    const { kept, finer } = found.manifest;
    const sensitive = { kept, finer };
    return { storage: layOut(sensitive), root, folder, sensitive, warnings: [] };
  }
  const all = weightsOf(layOut().quantized);
  const onMeasured = (done: number): void => onWeight('measured', done, all.length);
  const sensitive = await sensitiveWeights(all, checkpoint.root, onMeasured);
  const storage = layOut(sensitive);
  const { quantized } = storage;
  const count = weightsOf(quantized).length;
  const onWritten = (done: number): void => onWeight('written', done, count);
  const bytes = [...quantized.files().values()].reduce((sum, size) => sum + size, 0);
  await cache.make(key, bytes, (unfinished) =>
    write(unfinished, checkpoint, quantization, quantized, sensitive, onWritten),
  );
  const warnings =
    found.state === 'damaged'
      ? [`Quantized weights in the cache were damaged (${found.damage}) and are made anew`]
      : [];
  return { storage, root, folder, sensitive, warnings };
}

function weightsOf(layout: QuantizedLayout): PlacedWeight[] {
  return [...layout.files().keys()].flatMap((component) => layout.weights(component));
}

async function write(
  folder: string,
  checkpoint: Checkpoint,
  quantization: Quantization,
  layout: QuantizedLayout,
  sensitive: SensitiveWeights,
  onWritten: (done: number) => void,
): Promise<CacheManifest> {
  const files: Record<string, WrittenFile> = {};
  let done = 0;
  for (const component of layout.files().keys()) {
    const name = quantizedFile(component);
    files[name] = await writeWeights(join(folder, name), layout.weights(component), checkpoint.root, () => {
      done += 1;
      onWritten(done);
    });
  }
  return { modelId: checkpoint.modelId, quantization, ...sensitive, files };
}
