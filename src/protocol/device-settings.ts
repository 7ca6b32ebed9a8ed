/** DEVICE_MAP: where the networks live. */
export const DEVICE_MAPS = ['auto', 'cpu', 'cuda', 'balanced'] as const;
export type DeviceMap = (typeof DEVICE_MAPS)[number];

/** Kinds of processors that networks live on. */
export type DeviceKind = 'cpu' | 'cuda';

/** What the networks compute in: whole floats, or linear layers with weights of 8 or 4 bits. */
export const PRECISIONS = ['fp32', 'bf16', 'int8', 'int4'] as const;
export type Precision = (typeof PRECISIONS)[number];

/** PRECISION: `auto` is what the device does best without a loss. */
export const PRECISION_SETTINGS = ['auto', ...PRECISIONS] as const;
export type PrecisionSetting = (typeof PRECISION_SETTINGS)[number];
