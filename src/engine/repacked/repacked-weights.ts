import { join } from 'node:path';
import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import { relativePosix } from '../../checkpoint/common-folder.js';
import type { ComputeType } from '../../graph/graph-builder.js';
import { REPACKED_FILE, RepackedLayout } from '../../graph/quantization/repacked-layout.js';
import type { WeightStorage } from '../../graph/weights.js';
import type { CacheManifest, WrittenFile } from '../quantized/cache-entry.js';
import { tensorsKey } from '../quantized/content-key.js';
import { initializersRoot, type FillingOptions, type QuantizedCache } from '../quantized/quantized-cache.js';
import { completeFile, repackedArrays } from '../quantized/placed-arrays.js';
import { QuantizingPace, type OnWeight } from '../quantized/quantizing-pace.js';
import { fillByThreads, type WeightFolder } from '../quantized/weight-folder.js';

/** What the cache's list shows of repacked weights. */
const KIND = 'gguf';
/** Counts up when the same tensors are repacked to other bytes. */
const VERSION = 1;

/** Where graphs find what was repacked. */
export interface RepackedWeights {
  readonly layout: RepackedLayout;
  /** Absolute folder that the layout's place is relative to: checkpoint, cache and what is read beside them lie below it. */
  readonly root: string;
  /** Absolute folder of the file. */
  readonly folder: string;
  /** What the operator should know. */
  readonly warnings: readonly string[];
}

/**
 * The transformer's tensors of GGUF types in forms that the runtime reads: those of the cache, or made now for this start and
 * the next ones.
 * @param build builds all graphs with a storage, which lays out what they ask for
 * @param onWeight called as they are made
 * @returns undefined for a checkpoint without such tensors
 * @throws CheckpointError when the cache can't hold them
 */
export async function repackedWeights(
  checkpoint: Checkpoint,
  computeType: ComputeType,
  cache: QuantizedCache,
  build: (storage: WeightStorage) => void,
  onWeight: OnWeight,
  { beside = [], threadCount }: FillingOptions = {},
): Promise<RepackedWeights | undefined> {
  const { tensors: index } = checkpoint.transformer;
  const layOut = (folder: string): RepackedLayout => {
    const layout = new RepackedLayout(folder);
    build({ locate: ({ file }) => file, repacked: layout });
    return layout;
  };
  const asked = layOut('');
  if (asked.bytes === 0) return undefined;
  const places = asked.tensors().map(({ name, rows, columns, spans }) => [name, rows, columns, spans]);
  const key = await tensorsKey(checkpoint.root, [index], [KIND, VERSION, computeType, places]);
  const cacheRoot = await cache.root();
  const folder = join(cacheRoot, key);
  const root = initializersRoot(checkpoint.root, cacheRoot, beside);
  const layout = layOut(relativePosix(root, folder));
  const found = await cache.find(key);
  if (found.state === 'whole') return { layout, root, folder, warnings: [] };

  const write = async (unfinished: string): Promise<CacheManifest> => {
    const written = await fillByThreads(unfinished, checkpoint.root, threadCount, (weights) =>
      writeRepacked(weights, layout, onWeight),
    );
    return { modelId: index.label, quantization: KIND, kept: [], finer: [], files: { [REPACKED_FILE]: written } };
  };
  await cache.make(key, layout.bytes, write);
  const warnings =
    found.state === 'damaged' ? [`Repacked weights in the cache were damaged (${found.damage}) and are made anew`] : [];
  return { layout, root, folder, warnings };
}

/** Repacks tensors, several at once, into one file. A process that ends at any time leaves behind what it has finished. */
async function writeRepacked(folder: WeightFolder, layout: RepackedLayout, onWeight: OnWeight): Promise<WrittenFile> {
  const tensors = layout.tensors();
  folder.create(REPACKED_FILE);
  const pace = new QuantizingPace('repacked', tensors, onWeight);
  const finished = await Promise.all(
    tensors.map(async (tensor) => {
      const before = await folder.found(REPACKED_FILE, repackedArrays(tensor));
      const made = before ?? (await folder.repack(REPACKED_FILE, tensor));
      pace.advance(tensor, before !== undefined);
      return made;
    }),
  );
  const sums = finished.map((made) => made.sums);
  return completeFile(folder.path(REPACKED_FILE), layout.bytes, tensors.map(repackedArrays), sums);
}
