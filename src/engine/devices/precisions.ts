import type { ComputeType } from '../../graph/graph-builder.js';
import type { Quantization } from '../../graph/quantization/linear-recipe.js';
import type { DeviceKind, Precision } from '../../protocol/device-settings.js';

/** What a precision means on one kind of device. */
export interface PrecisionFormat {
  /** What the graphs compute in, and what is not quantized has in memory. */
  readonly computeType: ComputeType;
  /** How linear layers' weights are quantized; undefined where they stay as they are. */
  readonly quantization: Quantization | undefined;
}

interface PrecisionFacts extends Readonly<Record<DeviceKind, PrecisionFormat>> {
  /** Of one value of a linear layer's weight. */
  readonly weightBits: number;
}

const FP32: PrecisionFormat = { computeType: 'float32', quantization: undefined };
const BF16: PrecisionFormat = { computeType: 'bfloat16', quantization: undefined };

/** Only the CPU multiplies integers, and it has no kernels for bfloat16. */
const PRECISIONS: Readonly<Record<Precision, PrecisionFacts>> = {
  fp32: { weightBits: 32, cpu: FP32, cuda: FP32 },
  bf16: { weightBits: 16, cpu: BF16, cuda: BF16 },
  int8: {
    weightBits: 8,
    cpu: { computeType: 'float32', quantization: 'int8-dynamic' },
    cuda: { computeType: 'bfloat16', quantization: 'int8-bfloat16' },
  },
  int4: {
    weightBits: 4,
    cpu: { computeType: 'float32', quantization: 'int4-blocks' },
    cuda: { computeType: 'bfloat16', quantization: 'int4-bfloat16' },
  },
};

export type ServedPrecisions = Readonly<Record<DeviceKind, readonly Precision[]>>;

/** What each kind of device is served in. */
export const SERVED_PRECISIONS: ServedPrecisions = {
  cpu: ['fp32', 'int8', 'int4'],
  cuda: ['bf16', 'fp32', 'int8', 'int4'],
};

/** What PRECISION=auto means on each kind of device. */
export type AutoPrecision = Readonly<Record<DeviceKind, Precision>>;

/**
 * bfloat16 is what weights are trained in, float32 the CPU's nearest to it.
 * @param asked what the checkpoint asks for, null for nothing
 */
export function autoPrecision(asked: ComputeType | null): AutoPrecision {
  return { cpu: 'fp32', cuda: asked === 'float32' ? 'fp32' : 'bf16' };
}

/** How a precision's graphs compute; bf16 on the CPU is for graphs that are only written there. */
export const precisionFormat = (precision: Precision, device: DeviceKind): PrecisionFormat =>
  PRECISIONS[precision][device];

/** The precisions of a device whose weights are smaller. */
export function smallerPrecisions(precision: Precision, device: DeviceKind): Precision[] {
  const { weightBits } = PRECISIONS[precision];
  return SERVED_PRECISIONS[device].filter((other) => PRECISIONS[other].weightBits < weightBits);
}
