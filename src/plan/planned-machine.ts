import { dealMachine, type EngineDeal } from '../engine/devices/deal-engines.js';
import type { Device, DevicePlan } from '../engine/devices/device-plan.js';
import type { SizesOf } from '../engine/devices/network-sizes.js';
import { planDevices, type Machine, type PlanRequest, type Refusal } from '../engine/devices/plan-devices.js';
import { autoPrecision, SERVED_PRECISIONS } from '../engine/devices/precisions.js';

const GIB = 2 ** 30;
/** Of a card's memory, what its driver leaves. */
const FREE_SHARE = 0.97;
export const HOST_GB = 128;

/** A GPU by the gigabytes that its name says. */
export const gpuOf = (gigabytes: number, index = 0): Device => ({
  kind: 'cuda',
  index,
  name: 'GPU',
  freeBytes: FREE_SHARE * gigabytes * GIB,
});

/** How many engines ENGINES=auto makes of a machine with these GPUs. */
export function enginesOn(
  gpus: readonly Device[],
  asked: Omit<PlanRequest, 'autoPrecision'>,
  sizesOf: SizesOf,
): EngineDeal {
  const request = { ...asked, autoPrecision: autoPrecision(null) };
  const planning = { request, machine: machineOf(gpus), sizesOf, isOnCpu: gpus.length === 0, hasProvider: true };
  return dealMachine('auto', planning, 0, 1);
}

/** Plans for a machine with these GPUs, every one of which the provider can compute on. */
export function planOn(
  gpus: readonly Device[],
  asked: Omit<PlanRequest, 'autoPrecision'>,
  sizesOf: SizesOf,
): DevicePlan | Refusal {
  return planDevices({ ...asked, autoPrecision: autoPrecision(null) }, machineOf(gpus), sizesOf);
}

const machineOf = (gpus: readonly Device[]): Machine => ({
  gpus,
  unusable: [],
  hostBytes: HOST_GB * 1e9,
  served: SERVED_PRECISIONS,
});
