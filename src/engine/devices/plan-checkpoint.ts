import { freemem, totalmem } from 'node:os';
import { SETUP_CUDA_COMMAND } from '../../program/command-words.js';
import { hasCudaProvider } from '../../cuda/cuda-provider.js';
import { WHOLE_MACHINE, type EngineShare } from '../../protocol/engine-share.js';
import type { EditCheckpoint } from '../open-edit-checkpoint.js';
import { deviceLabel, STAGES, type DevicePlan } from './device-plan.js';
import { planError } from './plan-error.js';
import { formatBytes } from '../../program/format-bytes.js';
import { findGpus } from '../../cuda/gpus.js';
import { sizesOfCheckpoint, type SizesOf } from './network-sizes.js';
import { describeLoras, withoutLoras } from './plan-loras.js';
import { autoPrecision, SERVED_PRECISIONS } from './precisions.js';
import { isRefusal, planDevices, type Machine, type PlanRequest } from './plan-devices.js';
import { sortGpus } from './usable-gpus.js';

/** What loading makes in the host's memory is told from here on. */
const TOLD_HOST_BYTES = 1e9;

/** A plan with what the operator should know of it. */
export interface PlanReport {
  readonly plan: DevicePlan;
  /** Where things live and why, a line each. */
  readonly placement: readonly string[];
  readonly warnings: readonly string[];
}

/** What is asked of a plan by the settings. */
export type AskedPlan = Omit<PlanRequest, 'autoPrecision'>;

/** What a checkpoint is planned from. */
export interface Planning {
  readonly request: PlanRequest;
  readonly machine: Machine;
  readonly sizesOf: SizesOf;
  readonly isOnCpu: boolean;
  /** Whether the CUDA provider is installed. */
  readonly hasProvider: boolean;
}

/** Looks at this machine. */
export async function lookAtMachine(checkpoint: EditCheckpoint, asked: AskedPlan): Promise<Planning> {
  const hasProvider = hasCudaProvider();
  const request = { ...asked, autoPrecision: autoPrecision(checkpoint.service.computeType) };
  const found = hasProvider && request.deviceMap !== 'cpu' ? await findGpus() : [];
  const machine: Machine = { ...sortGpus(found, request), hostBytes: hostBytes(), served: SERVED_PRECISIONS };
  const isOnCpu = request.deviceMap === 'cpu' || (request.deviceMap === 'auto' && machine.gpus.length === 0);
  // A host swaps, and its large requests are rare: what stays in its memory is decided by the checkpoint's own size.
  const outputPixels = isOnCpu ? Math.min(request.outputPixels, checkpoint.service.nativeArea) : request.outputPixels;
  return {
    request: { ...request, outputPixels },
    machine,
    sizesOf: sizesOfCheckpoint(checkpoint),
    isOnCpu,
    hasProvider,
  };
}

/**
 * Plans a checkpoint for this machine, or for what one of several engines has of it.
 * @throws HostError that says what is missing and what would help
 */
export async function planCheckpoint(
  checkpoint: EditCheckpoint,
  asked: AskedPlan,
  share: EngineShare = WHOLE_MACHINE,
): Promise<PlanReport> {
  return planShare(checkpoint, await lookAtMachine(checkpoint, asked), share);
}

/**
 * Plans a checkpoint for what an engine has of a machine.
 * @throws HostError that says what is missing and what would help
 */
export function planShare(checkpoint: EditCheckpoint, planning: Planning, share: EngineShare): PlanReport {
  const { request, sizesOf, hasProvider } = planning;
  const machine = shareOf(planning.machine, share);
  const outcome = planDevices(request, machine, sizesOf);
  if (isRefusal(outcome)) {
    throw withoutLoras(planError(outcome, request, machine, sizesOf), checkpoint, request, machine);
  }
  const placement = [
    ...whyCpu(request, outcome, hasProvider, machine.unusable),
    ...describePlan(outcome),
    ...describeLoras(checkpoint.loras.loras, outcome),
  ];
  const unused = outcome.kind === 'cpu' ? [] : machine.unusable.map((why) => `A GPU is left out: ${why}`);
  return { plan: outcome, placement, warnings: [...unused, ...checkpoint.loras.warnings, ...tightness(outcome)] };
}

/** What an engine has of a machine. A GPU that is gone is none of its. */
export function shareOf(machine: Machine, { gpus, hostBytes: bytes }: EngineShare): Machine {
  return {
    ...machine,
    gpus: gpus === null ? machine.gpus : machine.gpus.filter(({ index }) => gpus.includes(index)),
    hostBytes: bytes ?? machine.hostBytes,
  };
}

/** Memory that is free or can be freed; no more than a container may have. */
export function hostBytes(): number {
  // Elsewhere than on Linux "free" leaves out what the system only caches.
  const available = process.platform === 'linux' ? freemem() : totalmem();
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(available, limit) : available;
}

function whyCpu(
  { deviceMap }: PlanRequest,
  { kind }: DevicePlan,
  hasProvider: boolean,
  unusable: readonly string[],
): string[] {
  if (deviceMap !== 'auto' || kind !== 'cpu') return [];
  if (unusable.length > 0) return [`DEVICE_MAP=auto: ${unusable.join('; ')}; so the CPU computes`];
  if (hasProvider) return ['DEVICE_MAP=auto: no NVIDIA GPU is found, so the CPU computes'];
  const remedy = `for a GPU run ${SETUP_CUDA_COMMAND}`;
  return [`DEVICE_MAP=auto: the CUDA provider is not installed, so the CPU computes; ${remedy}`];
}

/** A line for each device: what it holds, and how much of its memory that takes at most. */
export function describePlan({ kind, devices, parts, reloadedBytes, movedBytes, madeOnHost }: DevicePlan): string[] {
  const lines = devices.map((device, index) => {
    const own = parts.filter((part) => part.device === index);
    const names = own.map(({ graph, layers, resident }) => {
      const range = layers === null ? '' : ` ${layers.first}–${layers.end - 1}`;
      return `${graph}${range}${resident ? '' : ' (in turn)'}`;
    });
    const weights = own.reduce((sum, part) => sum + part.weightBytes, 0);
    const peak = Math.max(...STAGES.map((stage) => device.peakBytes[stage]));
    return `${deviceLabel(device)} (${device.name}, ${formatBytes(device.freeBytes)} free): ${names.join(', ') || 'nothing'}; ${formatBytes(weights)} of weights, at most ${formatBytes(peak)} at once`;
  });
  if (reloadedBytes > 0) {
    lines.push(`Not everything fits at once: an edit loads ${formatBytes(reloadedBytes)} of weights anew`);
  }
  if (kind === 'cuda' && madeOnHost.bytes >= TOLD_HOST_BYTES) {
    const { graph, bytes } = madeOnHost;
    lines.push(`Loading ${graph} makes ${formatBytes(bytes)} of weights in the host's memory first`);
  }
  if (movedBytes > 0) lines.push(`Each forward moves ${formatBytes(movedBytes)} between GPUs, through the host`);
  return lines;
}

/** What a plan on the host warns of: it was made for the weights alone. */
function tightness({ devices }: DevicePlan): string[] {
  return devices.flatMap(({ kind, peakBytes, freeBytes }) => {
    const peak = Math.max(...STAGES.map((stage) => peakBytes[stage]));
    if (kind !== 'cpu' || peak <= freeBytes) return [];
    return [
      `A large edit may take ${formatBytes(peak)} of memory, and ${formatBytes(freeBytes)} are available: the host may swap or end the engine`,
    ];
  });
}
