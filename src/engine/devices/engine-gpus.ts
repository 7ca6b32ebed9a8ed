import type { Device, DevicePlan } from './device-plan.js';
import { isRefusal, type Refusal } from './plan-devices.js';

/** Where networks would live on these GPUs alone. */
export type PlanOnGpus = (gpus: readonly Device[]) => DevicePlan | Refusal;

/** GPUs of each engine, and those that no engine gets. */
export interface GpuDeal {
  readonly sets: readonly (readonly Device[])[];
  readonly leftOver: readonly Device[];
}

/**
 * Deals GPUs out so that as many engines as can be hold the model whole: each on one GPU where that is large enough, the others on
 * as few GPUs together as will do. Sets that some of the GPUs must make up are found greedily, as in bin covering: the
 * largest GPU that is left, and the smallest that suffices beside it.
 * @param gpus with what is free in them
 * @param plan where networks would live on some of them
 * @param mostGpus of one engine
 */
export function wholeEngines(gpus: readonly Device[], plan: PlanOnGpus, mostGpus: number): GpuDeal {
  // Sets of the same sizes have the same plan.
  const known = new Map<string, boolean>();
  const holdsAll = (set: readonly Device[]): boolean => {
    const sizes = set.map((gpu) => gpu.freeBytes).join(' ');
    const holds = known.get(sizes) ?? isWhole(plan(set));
    known.set(sizes, holds);
    return holds;
  };
  const sets: (readonly Device[])[] = [];
  let left: readonly Device[] = gpus.toSorted((one, other) => other.freeBytes - one.freeBytes);
  for (;;) {
    const set = smallestSet(left, holdsAll, mostGpus);
    if (set === null) break;
    sets.push(set);
    left = left.filter((gpu) => !set.includes(gpu));
  }
  return { sets: inOrder(sets), leftOver: left.toSorted(byIndex) };
}

/** Deals all GPUs out to so many engines, each of which gets about the same memory; fewer sets where there are fewer GPUs. */
export function evenDeal(gpus: readonly Device[], engines: number): GpuDeal {
  const sets = Array.from({ length: Math.min(engines, gpus.length) }, (): Device[] => []);
  for (const gpu of gpus.toSorted((one, other) => other.freeBytes - one.freeBytes)) {
    sets.reduce((least, set) => (freeBytes(set) < freeBytes(least) ? set : least)).push(gpu);
  }
  return { sets: inOrder(sets), leftOver: [] };
}

/** Nothing takes turns in memory. */
const isWhole = (outcome: DevicePlan | Refusal): boolean => !isRefusal(outcome) && outcome.reloadedBytes === 0;

/** @param gpus the largest first */
function smallestSet(
  gpus: readonly Device[],
  holdsAll: (set: readonly Device[]) => boolean,
  mostGpus: number,
): readonly Device[] | null {
  const set: Device[] = [];
  const rest = [...gpus];
  while (set.length < mostGpus && rest.length > 0) {
    const smallest = rest.findLast((gpu) => holdsAll([...set, gpu]));
    // Of equal ones the first: neighbours belong together.
    const last = rest.find((gpu) => gpu.freeBytes === smallest?.freeBytes);
    if (last !== undefined) return [...set, last];
    set.push(...rest.splice(0, 1));
  }
  return null;
}

const byIndex = (one: Device, other: Device): number => one.index - other.index;

function inOrder(sets: readonly (readonly Device[])[]): (readonly Device[])[] {
  const first = (set: readonly Device[]): number => set[0]?.index ?? 0;
  return sets.map((set) => set.toSorted(byIndex)).sort((one, other) => first(one) - first(other));
}

const freeBytes = (set: readonly Device[]): number => set.reduce((sum, gpu) => sum + gpu.freeBytes, 0);
