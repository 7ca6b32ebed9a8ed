import type { DeviceKind, Precision } from '../../protocol/device-settings.js';
import type { GraphName } from '../../graph/checkpoint-graphs.js';
import type { LayerRange } from '../../graph/networks/layer-range.js';

/**
 * The stages of an edit: the input to latents; picture and prompts to embeddings; a schedule's modulation; denoising; and
 * latents to the result, and to previews between two steps. The graphs of one stage are in memory together.
 */
export const STAGES = ['encode', 'text', 'schedule', 'denoise', 'decode'] as const;
export type Stage = (typeof STAGES)[number];

export const STAGE_OF: Readonly<Record<GraphName, Stage>> = {
  vaeEncoder: 'encode',
  visionTower: 'text',
  languageModel: 'text',
  promptProjection: 'text',
  modulation: 'schedule',
  denoiser: 'denoise',
  vaeDecoder: 'decode',
};

/** Something for each stage. */
export function ofEachStage<T>(make: (stage: Stage) => T): Record<Stage, T> {
  return Object.fromEntries(STAGES.map((stage) => [stage, make(stage)])) as Record<Stage, T>;
}

/** Memory that the networks may have. */
export interface Device {
  readonly kind: DeviceKind;
  /** CUDA's number of the GPU; 0 for the CPU. */
  readonly index: number;
  /** The GPU's product name, or "CPU". */
  readonly name: string;
  readonly freeBytes: number;
}

/** A graph, or some of the denoiser's layers, on its device. */
export interface Part {
  readonly graph: GraphName;
  /** Which of the denoiser's layers; null for a whole graph. */
  readonly layers: LayerRange | null;
  /** Place in `DevicePlan.devices`. */
  readonly device: number;
  /** Whether it stays in memory, or is loaded for its stage and released for another's. */
  readonly resident: boolean;
  readonly weightBytes: number;
  /** What its largest run needs beside the weights, which its session then keeps. */
  readonly activationBytes: number;
}

/** A device with the most that the plan has in its memory, in each stage. */
export interface PlannedDevice extends Device {
  readonly peakBytes: Readonly<Record<Stage, number>>;
}

/** Weights that are made in the host's memory when a graph, or some of its layers, is loaded onto a GPU. */
export interface MadeOnHost {
  readonly graph: GraphName;
  readonly bytes: number;
}

/** Where every network lives. */
export interface DevicePlan {
  readonly kind: DeviceKind;
  readonly precision: Precision;
  readonly devices: readonly PlannedDevice[];
  /** Every graph once; the denoiser's layers once, in order. */
  readonly parts: readonly Part[];
  /** Weights that an edit of its own loads anew because they don't all fit at once. */
  readonly reloadedBytes: number;
  /** The most that loading a part makes in the host's memory on its way to a GPU. */
  readonly madeOnHost: MadeOnHost;
  /** What one forward of the denoiser moves from one GPU to the next, through the host's memory. */
  readonly movedBytes: number;
}

/** `cpu`, `cuda:1`. */
export const deviceLabel = ({ kind, index }: Device): string => (kind === 'cpu' ? 'cpu' : `cuda:${index}`);
