import { HostError } from '../../checkpoint/checkpoint-error.js';
import { formatBytes } from '../../program/format-bytes.js';
import type { EngineCount } from '../../protocol/engine-share.js';
import { deviceLabel, type Device, type DevicePlan } from './device-plan.js';
import { evenDeal, wholeEngines, type GpuDeal } from './engine-gpus.js';
import type { Planning } from './plan-checkpoint.js';
import { isRefusal, planDevices, type Refusal } from './plan-devices.js';

/** GPUs of each engine, and what the operator should know of it. */
export interface ToldDeal {
  readonly sets: GpuDeal['sets'];
  readonly lines: readonly string[];
}

/**
 * Deals GPUs out, see dealMachine. Each engine must hold the model on its GPUs, and be able to load it with its part of the host's
 * memory: networks may be loaded by all of them at once, when they start and whenever networks take turns.
 * @throws HostError where so many engines don't fit
 */
export function dealGpus(engines: EngineCount, planning: Planning): ToldDeal {
  return engines === 'auto' ? dealWhole(planning) : dealTo(engines, planning);
}

function dealWhole(planning: Planning): ToldDeal {
  const { sets, leftOver } = wholeDeal(planning);
  let count = sets.length;
  while (count > 1 && !canLoad(sets.slice(0, count), planning)) count -= 1;
  const lines = [
    // One engine has all GPUs to choose from.
    ...(count > 1 ? unused(leftOver, 'the model does not fit there beside the other engines') : []),
    ...(count < sets.length
      ? [`This host can load ${count} of the engines that the GPUs hold: ${describeLoads(sets, planning)}`]
      : []),
  ];
  return { sets: sets.slice(0, count), lines };
}

function dealTo(engines: number, planning: Planning): ToldDeal {
  const whole = wholeDeal(planning);
  const deal = dealOf(engines, planning, whole);
  if (deal !== null && canLoad(deal.sets, planning)) {
    return { sets: deal.sets, lines: unused(deal.leftOver, `ENGINES=${engines} takes fewer`) };
  }
  let most = engines - 1;
  while (most > 1 && !canLoad(dealOf(most, planning, whole)?.sets ?? null, planning)) most -= 1;
  const holder =
    deal === null
      ? `the GPUs hold, of which each engine needs some of its own: ${describeGpus(planning.machine.gpus)}`
      : `this host can load: ${describeLoads(deal.sets, planning)}`;
  throw new HostError(`ENGINES=${engines} is more than ${holder}. ENGINES=${most} fits`);
}

function wholeDeal(planning: Planning): GpuDeal {
  const { request, machine } = planning;
  const mostGpus = request.deviceMap === 'cuda' ? 1 : machine.gpus.length;
  return wholeEngines(machine.gpus, (gpus) => planOn(planning, gpus), mostGpus);
}

/** null: the GPUs don't hold so many. */
function dealOf(engines: number, planning: Planning, whole: GpuDeal): GpuDeal | null {
  if (whole.sets.length >= engines) return fewer(whole, engines);
  const { request, machine } = planning;
  const even =
    request.deviceMap === 'cuda'
      ? fewer(evenDeal(machine.gpus, machine.gpus.length), engines)
      : evenDeal(machine.gpus, engines);
  const fits = even.sets.every((gpus) => !isRefusal(planOn(planning, gpus)));
  return fits && even.sets.length === engines ? even : null;
}

/** Whether each engine can make the weights that it must make with its part of the host's memory. @param sets null: there are none */
function canLoad(sets: GpuDeal['sets'] | null, planning: Planning): boolean {
  if (sets === null) return false;
  const hostBytes = planning.machine.hostBytes / sets.length;
  return sets.every((gpus) => !isRefusal(planOn(planning, gpus, hostBytes)));
}

/** Where an engine's networks would live. @param hostBytes of the host's memory that it may have */
function planOn(
  { request, machine, sizesOf }: Planning,
  gpus: readonly Device[],
  hostBytes = machine.hostBytes,
): DevicePlan | Refusal {
  return planDevices(request, { ...machine, gpus, hostBytes }, sizesOf);
}

/** The first engines of a deal. */
function fewer({ sets, leftOver }: GpuDeal, engines: number): GpuDeal {
  return { sets: sets.slice(0, engines), leftOver: [...leftOver, ...sets.slice(engines).flat()] };
}

/** What engines with these GPUs make in the host's memory, beside what there is of it. */
function describeLoads(sets: GpuDeal['sets'], planning: Planning): string {
  const made = sets.map((gpus) => {
    const plan = planOn(planning, gpus);
    return isRefusal(plan) ? 0 : plan.madeOnHost.bytes;
  });
  return `each of ${sets.length} engines makes up to ${formatBytes(Math.max(...made))} of weights in its memory when a network is loaded, and ${formatBytes(planning.machine.hostBytes)} are available`;
}

const describeGpus = (gpus: readonly Device[]): string =>
  gpus.map((gpu) => `${deviceLabel(gpu)} (${gpu.name}, ${formatBytes(gpu.freeBytes)} free)`).join(', ');

const unused = (leftOver: readonly Device[], why: string): string[] =>
  leftOver.length === 0 ? [] : [`No engine computes on ${describeGpus(leftOver)}: ${why}`];
