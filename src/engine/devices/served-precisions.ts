import type { Precision } from '../../protocol/device-settings.js';

/** Kinds of processors. */
export type DeviceKind = 'cpu' | 'cuda';

export type ServedPrecisions = Readonly<Record<DeviceKind, readonly Precision[]>>;

/** What each kind of processor is served in. */
export const SERVED_PRECISIONS: ServedPrecisions = {
  cpu: ['fp32', 'int8', 'int4'],
  cuda: ['bf16', 'fp32', 'int8', 'int4'],
};

/** What PRECISION=auto means: bfloat16 is what the weights were trained in, and the CPU has no kernels for it. */
export const AUTO_PRECISION: Readonly<Record<DeviceKind, Precision>> = { cpu: 'fp32', cuda: 'bf16' };
