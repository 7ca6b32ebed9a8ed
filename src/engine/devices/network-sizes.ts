import type { Checkpoint } from '../../checkpoint/checkpoint.js';
import type { Precision } from '../../protocol/device-settings.js';
import type { GraphName } from '../../graph/checkpoint-graphs.js';
import { activationBytes, largestExtent } from './activation-bytes.js';
import type { DeviceKind } from './served-precisions.js';
import { weightBytes, type WeightBytes } from './weight-bytes.js';

/** What a checkpoint's networks take in memory, in one precision on one kind of device. */
export interface NetworkSizes {
  readonly weights: WeightBytes;
  readonly activations: Readonly<Record<GraphName, number>>;
  /** The denoiser's streams between two of its layers, as they pass through the host: float32. */
  readonly streamBytes: number;
}

/** The sizes by what they depend on. */
export type SizesOf = (precision: Precision, device: DeviceKind, outputPixels: number) => NetworkSizes;

/** A checkpoint's sizes. Counting the tensors takes a while, so each precision's are kept. */
export function sizesOfCheckpoint(checkpoint: Checkpoint): SizesOf {
  const counted = new Map<string, WeightBytes>();
  return (precision, device, outputPixels) => {
    const key = `${precision} ${device}`;
    const weights = counted.get(key) ?? weightBytes(checkpoint, precision, device);
    counted.set(key, weights);
    const extent = largestExtent(checkpoint, outputPixels);
    return {
      weights,
      activations: activationBytes(checkpoint, extent, precision, device),
      streamBytes: extent.jointTokens * checkpoint.transformer.config.innerDim * Float32Array.BYTES_PER_ELEMENT,
    };
  };
}
