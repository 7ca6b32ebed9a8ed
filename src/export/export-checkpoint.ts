import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { errorCode } from '../program/error-code.js';
import type { TensorEntry } from '../checkpoint/tensor-index.js';
import { formatBytes } from '../program/format-bytes.js';
import type { TransformerSource } from '../protocol/transformer-source.js';
import type { QuantizedCacheSettings } from '../protocol/load-request.js';
import { openEditCheckpoint } from '../engine/open-edit-checkpoint.js';
import { QuantizedCache } from '../engine/quantized/quantized-cache.js';
import { quantizedWeights } from '../engine/quantized/quantized-weights.js';
import { repackedWeights } from '../engine/repacked/repacked-weights.js';
import { buildGraphs } from '../graph/checkpoint-graphs.js';
import type { ComputeType } from '../graph/graph-builder.js';
import { linearRecipe, type Quantization } from '../graph/quantization/linear-recipe.js';
import { quantizedFile, QuantizedLayout } from '../graph/quantization/quantized-layout.js';
import { REPACKED_FILE, RepackedLayout } from '../graph/quantization/repacked-layout.js';
import type { WeightStorage } from '../graph/weights.js';
import {
  bytesToCopy,
  copiedFile,
  copyInto,
  freeBytes,
  linkInto,
  listSmallFiles,
  type CopiedFile,
} from './copy-files.js';

export interface ExportOptions {
  /** A checkpoint's folder, as QWEN_MODEL_DIR takes it. */
  readonly modelDir: string;
  readonly transformer: TransformerSource;
  /** The new folder. */
  readonly out: string;
  readonly computeType: ComputeType;
  readonly quantization: Quantization | undefined;
  readonly cache: QuantizedCacheSettings;
  /** Copies the weights even where they could be linked: onnx.checker of ONNX 1.23 refuses external data with hard links. */
  readonly copies: boolean;
}

/** The folder of quantized weights inside an exported one. */
const QUANTIZED_FOLDER = 'quantized';

/**
 * Writes a checkpoint's graphs as .onnx files beside its weights, which are hard links: a folder for other programs that
 * is also a checkpoint. It appears when it is complete.
 * @param say told what is worth knowing before it is done
 * @returns names of the .onnx files
 * @throws CheckpointError
 */
export async function exportCheckpoint(options: ExportOptions, say: (line: string) => void): Promise<string[]> {
  const checkpoint = await openEditCheckpoint(options.modelDir, null, options.transformer);
  const out = resolve(options.out);
  const unfinished = join(dirname(out), `.${basename(out)}.${randomUUID()}`);
  try {
    await requireNothing(out);
    await mkdir(unfinished, { recursive: true });
    const cache = new QuantizedCache(options.cache);
    const repacked = await repack(checkpoint, options.computeType, cache);
    const quantized = options.quantization && (await quantize(checkpoint, options.quantization, cache));
    const weights = [...(await weightFiles(checkpoint)), ...(quantized?.files ?? []), ...(repacked?.files ?? [])];
    await announceCopies(weights, unfinished, options.copies, say);
    for (const file of await listSmallFiles(checkpoint.folder)) await copyInto(unfinished, file);
    const place = options.copies ? copyInto : linkInto;
    for (const file of weights) await place(unfinished, file);
    const storage: WeightStorage = {
      locate,
      ...(quantized && { quantized: quantized.layout }),
      ...(repacked && { repacked: repacked.layout }),
    };
    const names: string[] = [];
    for (const [graph, model] of Object.entries(buildGraphs(checkpoint, options.computeType, storage).models)) {
      names.push(`${graph}.onnx`);
      await writeFile(join(unfinished, `${graph}.onnx`), model);
    }
    await rename(unfinished, out);
    return names;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** In an exported folder the weights have the names that they have in the checkpoint's; a file from elsewhere is the transformer's. */
const locate = ({ label }: TensorEntry): string => (label.includes('/') ? label : `transformer/${label}`);

/** An empty folder gives way; anything else is not overwritten. */
async function requireNothing(out: string): Promise<void> {
  try {
    await rmdir(out);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    const what = (await readdir(out).catch(() => undefined)) === undefined ? 'is not a folder' : 'is not empty';
    throw new CheckpointError(`--out ${basename(out)} ${what}: name a new folder`);
  }
}

async function weightFiles({ root, textEncoder, transformer, vae }: Checkpoint): Promise<CopiedFile[]> {
  const files = new Map<string, string>();
  for (const { tensors } of [textEncoder, transformer, vae]) {
    for (const name of tensors.names()) {
      const tensor = tensors.get(name);
      if (tensor !== undefined) files.set(locate(tensor), tensor.file);
    }
  }
  const copied = [...files].map(async ([name, file]) => {
    const found = await copiedFile(root, file);
    return found === undefined ? [] : [{ ...found, name }];
  });
  return (await Promise.all(copied)).flat();
}

async function repack(
  checkpoint: Checkpoint,
  computeType: ComputeType,
  cache: QuantizedCache,
): Promise<{ layout: RepackedLayout; files: CopiedFile[] } | undefined> {
  const build = (storage: WeightStorage): void => void buildGraphs(checkpoint, computeType, storage);
  const made = await repackedWeights(checkpoint, computeType, cache, build, () => undefined);
  if (made === undefined) return undefined;
  const file = await copiedFile(made.folder, REPACKED_FILE);
  const files = file === undefined ? [] : [{ ...file, name: join(QUANTIZED_FOLDER, REPACKED_FILE) }];
  return { layout: new RepackedLayout(QUANTIZED_FOLDER), files };
}

async function quantize(
  checkpoint: Checkpoint,
  quantization: Quantization,
  cache: QuantizedCache,
): Promise<{ layout: QuantizedLayout; files: CopiedFile[] }> {
  const { storage, folder, sensitive } = await quantizedWeights(checkpoint, quantization, cache, (laidOut) => {
    buildGraphs(checkpoint, 'float32', laidOut);
  });
  const names = [...(storage.quantized?.files().keys() ?? [])].map(quantizedFile);
  const files = await Promise.all(names.map((name) => copiedFile(folder, name)));
  return {
    layout: new QuantizedLayout(linearRecipe(quantization, sensitive), QUANTIZED_FOLDER),
    files: files.flatMap((file) => (file === undefined ? [] : [{ ...file, name: join(QUANTIZED_FOLDER, file.name) }])),
  };
}

async function announceCopies(
  files: readonly CopiedFile[],
  folder: string,
  copies: boolean,
  say: (line: string) => void,
): Promise<void> {
  const copied = copies ? files.reduce((sum, { bytes }) => sum + bytes, 0) : await bytesToCopy(files, folder);
  if (copied === 0) return;
  const free = await freeBytes(folder);
  const why = copies ? '' : 'The weights lie on another file system: ';
  if (copied > free) {
    throw new CheckpointError(
      `${why}${formatBytes(copied)} would have to be copied, and ${formatBytes(free)} are free`,
    );
  }
  say(`${why}${formatBytes(copied)} of weights are copied`);
}
