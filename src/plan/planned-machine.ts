import type { Device } from '../engine/devices/device-plan.js';

const GIB = 2 ** 30;
/** Of a card's memory, what its driver leaves. */
const FREE_SHARE = 0.97;

export const HOST_GB = 128;
export const HOST_BYTES = HOST_GB * 1e9;

/** A GPU that is to be planned for, by the gigabytes that its name says. */
export const gpuOf = (gigabytes: number, index = 0): Device => ({
  kind: 'cuda',
  index,
  name: 'GPU',
  freeBytes: FREE_SHARE * gigabytes * GIB,
});
