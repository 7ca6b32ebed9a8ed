import type { DeviceKind, DeviceMap, Precision, PrecisionSetting } from '../../protocol/device-settings.js';
import { balance, graphsAt } from './balance.js';
import type { Device, DevicePlan, MadeOnHost } from './device-plan.js';
import { layOut, type Layout } from './lay-out.js';
import type { LargestRequest } from './request-extent.js';
import type { SizesOf } from './network-sizes.js';
import type { AutoPrecision, ServedPrecisions } from './precisions.js';

/** What a plan is made from. */
export interface PlanRequest extends LargestRequest {
  readonly deviceMap: DeviceMap;
  readonly precision: PrecisionSetting;
  /** What PRECISION=auto means. */
  readonly autoPrecision: AutoPrecision;
}

/** What there is to plan with. */
export interface Machine {
  /** GPUs that the CUDA provider can use: none without the provider. */
  readonly gpus: readonly Device[];
  /** The other GPUs with why they can't be used, a part of a sentence each. */
  readonly unusable: readonly string[];
  /** Bytes of the host's memory that the networks may have. */
  readonly hostBytes: number;
  /** What each kind of processor computes in. */
  readonly served: ServedPrecisions;
}

/** A request's precision is not served on the device that it asks for. */
export interface PrecisionRefused {
  readonly refused: 'precision';
  readonly kind: DeviceKind;
}
/** No GPU can be used, though one is asked for. */
export interface NoGpu {
  readonly refused: 'no gpu';
}
/** The networks are too large. */
export interface TooLarge {
  readonly refused: 'too large';
  readonly kind: DeviceKind;
  readonly precision: Precision;
}
/** The host has no room for the weights that it makes when a GPU loads them. */
export interface HostTooSmall {
  readonly refused: 'host';
  readonly precision: Precision;
  readonly madeOnHost: MadeOnHost;
}
export type Refusal = PrecisionRefused | NoGpu | TooLarge | HostTooSmall;

const GIB = 2 ** 30;
/** Of a GPU's free memory: the context, the libraries' kernels and workspaces, and what else is not reckoned. */
const GPU_RESERVE_BYTES = 0.75 * GIB;
const GPU_SHARE = 0.96;

/** Bytes of a device's free memory that a plan may fill. */
export const budgetOf = ({ kind, freeBytes }: Device): number =>
  kind === 'cpu' ? freeBytes : GPU_SHARE * freeBytes - GPU_RESERVE_BYTES;

/**
 * Decides where each network lives, in which precision, and what stays in memory. Pure: the same machine and sizes give the
 * same plan.
 *
 * - `cpu`: the processor.
 * - `cuda`: the GPU with the most free memory; what doesn't fit beside the rest takes turns, stage by stage.
 * - `balanced`: the denoiser's layers spread over all GPUs, the other networks where there is room.
 * - `auto`: GPUs where there are any, as `cuda` or `balanced`, whichever loads fewer bytes an edit; else the processor.
 */
export function planDevices(request: PlanRequest, machine: Machine, sizesOf: SizesOf): DevicePlan | Refusal {
  const kind = kindOf(request, machine);
  if (kind === 'cuda' && machine.gpus.length === 0) return { refused: 'no gpu' };
  const precision = request.precision === 'auto' ? request.autoPrecision[kind] : request.precision;
  if (!machine.served[kind].includes(precision)) return { refused: 'precision', kind };
  const sizes = sizesOf(precision, kind, request);
  const layout: Layout = { precision, sizes, budgetOf, measure: 'totalBytes' };
  const plan = kind === 'cpu' ? planCpu(machine, layout) : planGpus(request, machine, layout);
  if (plan === null) return { refused: 'too large', kind, precision };
  const { madeOnHost } = plan;
  if (kind === 'cuda' && madeOnHost.bytes > machine.hostBytes) return { refused: 'host', precision, madeOnHost };
  return plan;
}

export const isRefusal = (outcome: DevicePlan | Refusal): outcome is Refusal => 'refused' in outcome;

function kindOf({ deviceMap }: PlanRequest, { gpus }: Machine): DeviceKind {
  if (deviceMap === 'auto') return gpus.length > 0 ? 'cuda' : 'cpu';
  return deviceMap === 'cpu' ? 'cpu' : 'cuda';
}

/** The host can swap, and the largest run's figures are rarely met: where only the weights fit, their plan is taken. */
function planCpu({ hostBytes }: Machine, layout: Layout): DevicePlan | null {
  const cpu: Device = { kind: 'cpu', index: 0, name: 'CPU', freeBytes: hostBytes };
  return onOneDevice(cpu, layout) ?? onOneDevice(cpu, { ...layout, measure: 'weightBytes' });
}

function planGpus({ deviceMap }: PlanRequest, { gpus }: Machine, layout: Layout): DevicePlan | null {
  const largest = gpus.reduce((best, gpu) => (gpu.freeBytes > best.freeBytes ? gpu : best));
  if (deviceMap === 'cuda' || gpus.length === 1) return onOneDevice(largest, layout);
  if (deviceMap === 'balanced') return balance(gpus, layout);
  const onOne = onOneDevice(largest, layout);
  if (onOne?.reloadedBytes === 0) return onOne;
  const spread = balance(gpus, layout);
  if (onOne === null || spread === null) return spread ?? onOne;
  return spread.reloadedBytes < onOne.reloadedBytes ? spread : onOne;
}

function onOneDevice(device: Device, layout: Layout): DevicePlan | null {
  const layers = [layout.sizes.weights.layers.length];
  return layOut({ graphs: graphsAt({ vae: 0, text: 0, schedule: 0 }), layers }, [device], layout);
}
