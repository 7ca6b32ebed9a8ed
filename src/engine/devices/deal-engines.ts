import { availableParallelism } from 'node:os';
import { HostError } from '../../checkpoint/checkpoint-error.js';
import { graphTensors } from '../../graph/checkpoint-graphs.js';
import { formatBytes } from '../../program/format-bytes.js';
import { WHOLE_MACHINE, type EngineCount, type EngineShare } from '../../protocol/engine-share.js';
import type { EditCheckpoint } from '../open-edit-checkpoint.js';
import { dealGpus } from './deal-gpus.js';
import type { DevicePlan } from './device-plan.js';
import { lookAtMachine, type AskedPlan, type Planning } from './plan-checkpoint.js';
import { isRefusal, planDevices, type Machine, type Refusal } from './plan-devices.js';

/** What is asked of a deal by the settings. */
export type AskedDeal = AskedPlan & { readonly engines: EngineCount };

/** Engines that share a machine. */
export interface EngineDeal {
  /** What each engine has. */
  readonly shares: readonly [EngineShare, ...EngineShare[]];
  /** What the operator should know of it, a line each. */
  readonly lines: readonly string[];
}

const ALONE: EngineDeal = { shares: [WHOLE_MACHINE], lines: [] };

/**
 * Deals this machine out to as many engines as ENGINES asks for, see dealMachine.
 * @throws HostError where so many don't fit
 */
export async function dealEngines(checkpoint: EditCheckpoint, asked: AskedDeal): Promise<EngineDeal> {
  const { engines } = asked;
  if (engines === 1 || (engines === 'auto' && asked.deviceMap === 'cpu')) return ALONE;
  return dealOn(checkpoint, engines, await lookAtMachine(checkpoint, asked));
}

/**
 * Deals out a machine that was looked at.
 * @throws HostError where so many engines don't fit
 */
export function dealOn(checkpoint: EditCheckpoint, engines: EngineCount, planning: Planning): EngineDeal {
  if (engines === 1) return ALONE;
  return dealMachine(engines, planning, mappedBytes(checkpoint), availableParallelism());
}

/**
 * Deals a machine out. Pure.
 *
 * - `auto`: on GPUs as many engines as hold the model whole (see wholeEngines), on a processor one. `balanced` asks for all GPUs to
 *   share one model. Where no engine holds it whole, and where it can't be served at all, there is one.
 * - A number: each engine holds the model whole where that can be, else its networks take turns on its share of the GPUs. On a
 *   processor each has its own copies of the weights but for those that are read where they lie.
 *
 * The host's memory is dealt out evenly: on a processor the weights lie there, and for GPUs some are made there (see dealGpus).
 * @param mapped bytes of weights that engines read from the same files without a copy
 * @param threads that the processor runs at once
 * @throws HostError
 */
export function dealMachine(engines: EngineCount, planning: Planning, mapped: number, threads: number): EngineDeal {
  if (planning.isOnCpu) return engines === 'auto' ? ALONE : dealHost(engines, planning, mapped, threads);
  const { request, machine } = planning;
  if (engines === 'auto' && request.deviceMap === 'balanced') return ALONE;
  // What can't be served at all is told when one engine's plan is made.
  if (isRefusal(planOn(planning, machine))) return ALONE;
  const { sets, lines } = dealGpus(engines, planning);
  // One engine may use what is free on any GPU when it starts again.
  if (engines === 'auto' && sets.length <= 1) return { ...ALONE, lines };
  const each = threadsOf(threads, sets.length);
  const [first, ...others] = sets.map((set, index) => ({
    gpus: set.map(({ index: number }) => number),
    threads: each[index] ?? 1,
    hostBytes: machine.hostBytes / sets.length,
  }));
  return first === undefined ? ALONE : { shares: [first, ...others], lines };
}

const planOn = ({ request, sizesOf }: Planning, machine: Machine): DevicePlan | Refusal =>
  planDevices(request, machine, sizesOf);

/** Engines on the processor. */
function dealHost(engines: number, planning: Planning, mapped: number, threads: number): EngineDeal {
  const { hostBytes } = planning.machine;
  const fits = (count: number): boolean =>
    !isRefusal(planOn(planning, { ...planning.machine, hostBytes: bytesOfEach(hostBytes, mapped, count) }));
  if (engines === 1 || !fits(1)) return ALONE;
  const bytes = bytesOfEach(hostBytes, mapped, engines);
  if (!fits(engines)) {
    let most = engines - 1;
    while (most > 1 && !fits(most)) most -= 1;
    throw new HostError(
      `ENGINES=${engines} is more than this host holds: ${formatBytes(bytes)} of memory for each are too little (${formatBytes(hostBytes)} are available, and ${formatBytes(mapped)} of weights are shared). ENGINES=${most} fits`,
    );
  }
  const [first, ...others] = threadsOf(threads, engines).map((each) => ({
    gpus: null,
    threads: each,
    hostBytes: bytes,
  }));
  return first === undefined ? ALONE : { shares: [first, ...others], lines: [] };
}

/** What one of several engines may have: its part of the memory, in which what all of them share is once. */
const bytesOfEach = (hostBytes: number, mapped: number, engines: number): number =>
  mapped + Math.max(0, hostBytes - mapped) / engines;

/** All threads, as evenly as can be; one at least. */
function threadsOf(threads: number, engines: number): number[] {
  return Array.from({ length: engines }, (_, index) =>
    Math.max(1, Math.floor(threads / engines) + (index < threads % engines ? 1 : 0)),
  );
}

/** Bytes of the tables: they are read where they lie, everything else is packed or cast in each engine's own memory. */
function mappedBytes(checkpoint: EditCheckpoint): number {
  const tensors = Object.values(graphTensors(checkpoint)).flat();
  return tensors.reduce((sum, { kind, tensor }) => sum + (kind === 'table' ? tensor.length : 0), 0);
}
