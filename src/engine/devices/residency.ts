import { ofEachStage, STAGES, type Stage } from './device-plan.js';

/** What one stage has on one device. */
export interface StageLoad {
  readonly weightBytes: number;
  /** Weights and what runs need beside them. */
  readonly totalBytes: number;
}

export type StageLoads = Readonly<Record<Stage, StageLoad>>;

/** What must fit: everything, or the weights alone where memory can be found for the rest (a host swaps, a GPU doesn't). */
export type Measure = keyof StageLoad;

/** Which stages of one device stay in its memory. */
export interface Residency {
  readonly resident: readonly Stage[];
  readonly peakBytes: Readonly<Record<Stage, number>>;
  readonly reloadedBytes: number;
}

/**
 * How often an edit of its own comes to a stage whose weights are gone: a schedule's modulation is kept for the next edits,
 * most of which have the same schedule.
 */
const LOADS_AN_EDIT: Readonly<Record<Stage, number>> = { encode: 1, text: 1, schedule: 0.25, denoise: 1, decode: 1 };

/** All sets of stages, the largest first. */
const SUBSETS: readonly (readonly Stage[])[] = Array.from({ length: 2 ** STAGES.length }, (_, bits) =>
  STAGES.filter((_stage, index) => (bits & (1 << index)) === 0),
);

/**
 * Chooses the stages that stay in a device's memory, so that an edit loads as few bytes as can be; the others take turns. A
 * session keeps what its largest run took, so what is resident counts with all of it.
 * @returns null when the largest stage alone doesn't fit
 */
export function chooseResidency(loads: StageLoads, budgetBytes: number, measure: Measure): Residency | null {
  let best: Residency | null = null;
  for (const resident of SUBSETS) {
    if (Math.max(...Object.values(peakBytes(loads, resident, measure))) > budgetBytes) continue;
    const candidate = residency(loads, resident);
    // Everything stays, and nothing can be better.
    if (candidate.reloadedBytes === 0) return candidate;
    if (best === null || candidate.reloadedBytes < best.reloadedBytes) best = candidate;
  }
  return best;
}

function residency(loads: StageLoads, resident: readonly Stage[]): Residency {
  const turns = STAGES.filter((stage) => !resident.includes(stage));
  return {
    resident,
    peakBytes: peakBytes(loads, resident, 'totalBytes'),
    reloadedBytes: turns.reduce((sum, stage) => sum + loads[stage].weightBytes * LOADS_AN_EDIT[stage], 0),
  };
}

function peakBytes(loads: StageLoads, resident: readonly Stage[], measure: Measure): Record<Stage, number> {
  const staying = resident.reduce((sum, stage) => sum + loads[stage][measure], 0);
  return ofEachStage((stage) => staying + (resident.includes(stage) ? 0 : loads[stage][measure]));
}
