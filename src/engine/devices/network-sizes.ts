import type { DeviceKind, Precision } from '../../protocol/device-settings.js';
import { graphTensors, ofEachGraph, type GraphName } from '../../graph/checkpoint-graphs.js';
import type { EditCheckpoint } from '../open-edit-checkpoint.js';
import { ELEMENT_BYTES } from '../../graph/element-type.js';
import { activationBytes } from './activation-bytes.js';
import { ofEachPartKind, type PartKind } from './part-kind.js';
import { precisionFormat } from './precisions.js';
import { jointTokens, largestExtent, type LargestRequest } from './request-extent.js';
import { linearRuns } from './runs/linear-runs.js';
import { runBytes, type RunBytes } from './runs/run-bytes.js';
import { weightBytes, type WeightBytes } from './weight-bytes.js';

/** What a checkpoint's networks take in memory, in one precision on one kind of device. */
export interface NetworkSizes {
  readonly weights: WeightBytes;
  /** What the sessions keep beside their weights. */
  readonly activations: Readonly<Record<GraphName, number>>;
  /** The same of a graph that has some of the denoiser's layers. */
  readonly denoiserParts: Readonly<Record<PartKind, number>>;
  /** The denoiser's streams between two of its layers, as they pass through the host (graph/packed-rows.ts). */
  readonly streamBytes: number;
}

/** The sizes by what they depend on. */
export type SizesOf = (precision: Precision, device: DeviceKind, largest: LargestRequest) => NetworkSizes;

/**
 * A checkpoint's sizes. Counting the tensors and going through the runs takes a while, so what was counted is kept.
 * @throws CheckpointError as graphTensors
 */
export function sizesOfCheckpoint(checkpoint: EditCheckpoint): SizesOf {
  const tensors = graphTensors(checkpoint);
  const { loras } = checkpoint.loras;
  const weightsOf = kept((precision: Precision, device: DeviceKind) => weightBytes(tensors, precision, device, loras));
  const linearsOf = kept((precision: Precision) => linearRuns(tensors, loras, precision));
  const onCpu = (largest: LargestRequest): RunBytes => {
    const runs = activationBytes(checkpoint, largestExtent(checkpoint, largest));
    const { castAtRun } = weightsOf('fp32', 'cpu');
    const graphs = ofEachGraph((graph) => runs[graph] + castAtRun[graph]);
    return { graphs, denoiserParts: ofEachPartKind(() => graphs.denoiser) };
  };
  const onGpu = kept((precision: Precision, outputPixels: number, maxReferences: number) =>
    largestOf(
      linearsOf(precision).map((linear) =>
        runBytes(checkpoint, largestExtent(checkpoint, { outputPixels, maxReferences }), precision, linear),
      ),
    ),
  );
  return (precision, device, largest) => {
    const runs = device === 'cpu' ? onCpu(largest) : onGpu(precision, largest.outputPixels, largest.maxReferences);
    const tokens = jointTokens(largestExtent(checkpoint, largest));
    return {
      weights: weightsOf(precision, device),
      activations: runs.graphs,
      denoiserParts: runs.denoiserParts,
      streamBytes:
        tokens * checkpoint.transformer.config.innerDim * ELEMENT_BYTES[precisionFormat(precision, device).computeType],
    };
  };
}

/** The larger of each. */
const largestOf = (runs: readonly RunBytes[]): RunBytes => ({
  graphs: ofEachGraph((graph) => Math.max(...runs.map(({ graphs }) => graphs[graph]))),
  denoiserParts: ofEachPartKind((kind) => Math.max(...runs.map(({ denoiserParts }) => denoiserParts[kind]))),
});

/** A function that computes what it was asked before only once. */
function kept<A extends (string | number)[], R>(make: (...asked: A) => R): (...asked: A) => R {
  const known = new Map<string, R>();
  return (...asked) => {
    const key = asked.join(' ');
    const value = known.get(key) ?? make(...asked);
    known.set(key, value);
    return value;
  };
}
