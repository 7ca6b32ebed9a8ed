import type { DeviceKind, Precision } from '../../protocol/device-settings.js';
import { graphTensors, ofEachGraph, type GraphName } from '../../graph/checkpoint-graphs.js';
import type { EditCheckpoint } from '../open-edit-checkpoint.js';
import { activationBytes, largestExtent, type LargestRequest } from './activation-bytes.js';
import { weightBytes, type WeightBytes } from './weight-bytes.js';

/** What a checkpoint's networks take in memory, in one precision on one kind of device. */
export interface NetworkSizes {
  readonly weights: WeightBytes;
  readonly activations: Readonly<Record<GraphName, number>>;
  /** The denoiser's streams between two of its layers, as they pass through the host: float32. */
  readonly streamBytes: number;
}

/** The sizes by what they depend on. */
export type SizesOf = (precision: Precision, device: DeviceKind, largest: LargestRequest) => NetworkSizes;

/**
 * A checkpoint's sizes. Counting the tensors takes a while, so each precision's are kept.
 * @throws CheckpointError as graphTensors
 */
export function sizesOfCheckpoint(checkpoint: EditCheckpoint): SizesOf {
  const tensors = graphTensors(checkpoint);
  const counted = new Map<string, WeightBytes>();
  return (precision, device, largest) => {
    const key = `${precision} ${device}`;
    const weights = counted.get(key) ?? weightBytes(tensors, precision, device, checkpoint.loras.loras);
    counted.set(key, weights);
    const extent = largestExtent(checkpoint, largest);
    const runs = activationBytes(checkpoint, extent, precision, device);
    return {
      weights,
      activations: ofEachGraph((graph) => runs[graph] + weights.castAtRun[graph]),
      streamBytes: extent.jointTokens * checkpoint.transformer.config.innerDim * Float32Array.BYTES_PER_ELEMENT,
    };
  };
}
