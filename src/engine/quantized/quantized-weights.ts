import { join, posix } from 'node:path';
import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import type { TensorEntry } from '../../checkpoint/tensor-index.js';
import { relativePosix } from '../../checkpoint/common-folder.js';
import {
  finerFormat,
  linearRecipe,
  type Quantization,
  type SensitiveWeights,
} from '../../graph/quantization/linear-recipe.js';
import { QuantizedLayout } from '../../graph/quantization/quantized-layout.js';
import type { WeightStorage } from '../../graph/weights.js';
import { contentKey } from './content-key.js';
import { layoutBytes, quantizeWeights } from './quantize-weights.js';
import { initializersRoot, type FillingOptions, type QuantizedCache } from './quantized-cache.js';
import type { OnWeight } from './quantizing-pace.js';
import { fillByThreads } from './weight-folder.js';

/** Where quantized graphs find their initializers. */
export interface QuantizedWeights {
  readonly storage: WeightStorage;
  /** Absolute folder that the storage's places are relative to: checkpoint, cache and what is read beside them lie below it. */
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
  { beside = [], threadCount }: FillingOptions = {},
): Promise<QuantizedWeights> {
  const key = await contentKey(checkpoint, quantization);
  const cacheRoot = await cache.root();
  const folder = join(cacheRoot, key);
  const root = initializersRoot(checkpoint.root, cacheRoot, beside);
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
  const quantizedLayout = (sensitive?: SensitiveWeights): QuantizedLayout => layOut(sensitive).quantized;
  const { kept, finer } = await cache.make(key, layoutBytes(quantizedLayout()), async (unfinished, reserve) => {
    const { sensitive, files } = await fillByThreads(unfinished, checkpoint.root, threadCount, (weights) =>
      quantizeWeights(weights, quantizedLayout, finerFormat(quantization), reserve, onWeight),
    );
    return { modelId: checkpoint.modelId, quantization, ...sensitive, files };
  });
  const sensitive = { kept, finer };
  const warnings =
    found.state === 'damaged'
      ? [`Quantized weights in the cache were damaged (${found.damage}) and are made anew`]
      : [];
  return { storage: layOut(sensitive), root, folder, sensitive, warnings };
}
