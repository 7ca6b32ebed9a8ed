import { CheckpointError } from '../checkpoint-error.js';
import { describeShape, describeValue } from '../describe-value.js';
import type { FolderFiles } from '../folder-files.js';
import { readSafetensorsHeader, type HeaderEntry } from '../safetensors-header.js';
import { readAlphas } from './lora-alphas.js';
import type { LinearSize } from './lora-targets.js';
import { otherThanLora, parseLoraTensorName, targetFinder, type LoraPart } from './lora-tensor-name.js';
import { peftScale } from './peft-scale.js';

/** What a LoRA adds to a linear layer: scale · up · down · x. */
export interface LoraPair {
  /** [rank, in] */
  readonly down: HeaderEntry;
  /** [out, rank] */
  readonly up: HeaderEntry;
  readonly rank: number;
  readonly scale: number;
}

/** By the layers' names in the checkpoint. */
export type LoraPairs = ReadonlyMap<string, LoraPair>;

type FoundParts = Map<LoraPart, HeaderEntry>;

const FLOAT_TYPES = ['F32', 'BF16', 'F16'];

/**
 * Reads the header of a LoRA's file, and the scales' numerators, and checks all of it against the layers that there are. The
 * values stay where they are.
 * @throws CheckpointError that names the file, and the tensor where one is at fault
 */
export async function readLoraFile(
  files: FolderFiles,
  label: string,
  targets: ReadonlyMap<string, LinearSize>,
): Promise<LoraPairs> {
  const { entries, metadata } = await readSafetensorsHeader(files, label);
  const layers = sortByLayer(entries, targets, label);
  const scaleOf = peftScale(metadata, label);
  const alphas = await readAlphas(
    files,
    label,
    [...layers].flatMap(([module, parts]) => {
      const alpha = parts.get('alpha');
      return alpha === undefined ? [] : [[module, alpha] as const];
    }),
  );
  const pairs = new Map<string, LoraPair>();
  for (const [module, parts] of layers) {
    const { down, up, rank } = checkPair(module, parts, targets, label);
    // diffusers multiplies alpha / rank into the weights, and has PEFT scale by the metadata besides.
    const scale = scaleOf(module, rank) * ((alphas.get(module) ?? rank) / rank);
    pairs.set(module, { down, up, rank, scale });
  }
  return pairs;
}

function sortByLayer(
  entries: readonly HeaderEntry[],
  targets: ReadonlyMap<string, LinearSize>,
  label: string,
): Map<string, FoundParts> {
  const findTarget = targetFinder(targets.keys());
  const layers = new Map<string, FoundParts>();
  for (const entry of entries) {
    const tensor = describeValue(entry.name);
    const other = otherThanLora(entry.name);
    if (other !== null) {
      throw new CheckpointError(`${label} is ${other} and no LoRA, as the tensor ${tensor} says: it can't be served`);
    }
    const name = parseLoraTensorName(entry.name);
    if (name === null) {
      throw new CheckpointError(`${label} is no LoRA, or of a kind that is not known: it holds the tensor ${tensor}`);
    }
    const module = findTarget(name.module);
    if (module === undefined) {
      throw new CheckpointError(`${label} is no LoRA for this model: the tensor ${tensor} is of a layer that it lacks`);
    }
    const parts: FoundParts = layers.get(module) ?? new Map<LoraPart, HeaderEntry>();
    const twin = parts.get(name.part);
    if (twin !== undefined) {
      throw new CheckpointError(`${label}: the tensors ${describeValue(twin.name)} and ${tensor} are the same layer's`);
    }
    layers.set(module, parts.set(name.part, entry));
  }
  if (layers.size === 0) throw new CheckpointError(`${label} holds no tensors`);
  return layers;
}

function checkPair(
  module: string,
  parts: FoundParts,
  targets: ReadonlyMap<string, LinearSize>,
  label: string,
): Omit<LoraPair, 'scale'> {
  const [down, up] = [parts.get('down'), parts.get('up')];
  if (down === undefined || up === undefined) {
    const [there] = parts.values();
    const lacks =
      down === undefined && up === undefined ? 'both factors' : `its ${down === undefined ? 'down' : 'up'} factor`;
    throw new CheckpointError(`${label}: the layer of tensor ${describeValue(there?.name)} lacks ${lacks}`);
  }
  const size = targets.get(module);
  if (size === undefined) throw new Error(`${module} is no target`);
  const rank = down.shape[0] ?? 0;
  checkTensor(down, rank, [rank, size.inFeatures], label);
  checkTensor(up, rank, [size.outFeatures, rank], label);
  return { down, up, rank };
}

function checkTensor(
  { name, dtype, shape }: HeaderEntry,
  rank: number,
  expected: readonly number[],
  label: string,
): void {
  const tensor = `${label}: tensor ${describeValue(name)}`;
  if (!FLOAT_TYPES.includes(dtype)) throw new CheckpointError(`${tensor} has type ${dtype}, expected F32, BF16 or F16`);
  if (rank === 0)
    throw new CheckpointError(`${tensor} has shape ${describeShape(shape)}: a LoRA of rank 0 does nothing`);
  if (shape.length !== expected.length || shape.some((side, axis) => side !== expected[axis])) {
    throw new CheckpointError(
      `${tensor} has shape ${describeShape(shape)}, but this model's layer needs ${describeShape(expected)}`,
    );
  }
}
