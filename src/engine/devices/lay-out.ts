import type { Precision } from '../../protocol/device-settings.js';
import { GRAPH_NAMES, type GraphName } from '../../graph/checkpoint-graphs.js';
import type { LayerRange } from '../../graph/networks/layer-range.js';
import {
  ofEachStage,
  STAGE_OF,
  type Device,
  type DevicePlan,
  type MadeOnHost,
  type Part,
  type Stage,
} from './device-plan.js';
import type { NetworkSizes } from './network-sizes.js';
import { partKind, type PartKind } from './part-kind.js';
import { chooseResidency, type Measure, type Residency, type StageLoad } from './residency.js';

/** Where things are to live, before it is known what of it stays in memory. */
export interface Assignment {
  /** Device of each graph but the denoiser. */
  readonly graphs: Readonly<Record<Exclude<GraphName, 'denoiser'>, number>>;
  /** Number of the denoiser's layers on each device, in the devices' order. */
  readonly layers: readonly number[];
}

type PlacedPart = Omit<Part, 'resident'>;

/** The networks to lay out, and what counts as fitting. */
export interface Layout {
  readonly precision: Precision;
  readonly sizes: NetworkSizes;
  /** Bytes of a device's free memory that the plan may fill. */
  readonly budgetOf: (device: Device) => number;
  readonly measure: Measure;
}

/**
 * Makes a plan of an assignment.
 * @returns null when some device can't hold the largest of its stages
 */
export function layOut(assignment: Assignment, devices: readonly Device[], layout: Layout): DevicePlan | null {
  const { precision, sizes, budgetOf, measure } = layout;
  const parts = placeParts(assignment, sizes);
  const residencies: Residency[] = [];
  for (const [index, device] of devices.entries()) {
    const residency = chooseResidency(stageLoads(parts, index), budgetOf(device), measure);
    if (residency === null) return null;
    residencies.push(residency);
  }
  const ranges = parts.filter(({ graph }) => graph === 'denoiser').length;
  return {
    kind: devices[0]?.kind ?? 'cpu',
    precision,
    devices: devices.map((device, index) => ({ ...device, peakBytes: residencies[index]?.peakBytes ?? noBytes() })),
    parts: parts.map((part) => ({
      ...part,
      resident: residencies[part.device]?.resident.includes(STAGE_OF[part.graph]) ?? false,
    })),
    reloadedBytes: residencies.reduce((sum, { reloadedBytes }) => sum + reloadedBytes, 0),
    madeOnHost: mostOnHost(parts, sizes),
    movedBytes: 2 * (ranges - 1) * sizes.streamBytes,
  };
}

/** A part of the denoiser makes its layers' share. */
function mostOnHost(parts: readonly PlacedPart[], { weights }: NetworkSizes): MadeOnHost {
  const made = parts.map(({ graph, weightBytes }) => ({
    graph,
    bytes: weights.madeOnHost[graph] * Math.min(1, weightBytes / weights.graphs[graph]),
  }));
  return made.reduce((most, each) => (each.bytes > most.bytes ? each : most));
}

function placeParts({ graphs, layers }: Assignment, sizes: NetworkSizes): PlacedPart[] {
  const { weights, activations } = sizes;
  const whole = GRAPH_NAMES.filter((graph) => graph !== 'denoiser').map((graph) => ({
    graph,
    layers: null,
    device: graphs[graph],
    weightBytes: weights.graphs[graph],
    activationBytes: activations[graph],
  }));
  const ranges = layerRanges(layers);
  const denoiser = ranges.map(({ device, range }, place) => {
    const kind = partKind(place, ranges.length);
    return {
      graph: 'denoiser' as const,
      layers: kind === 'whole' ? null : range,
      device,
      weightBytes:
        weights.layers.slice(range.first, range.end).reduce((sum, bytes) => sum + bytes, 0) + endBytes(kind, sizes),
      activationBytes: sizes.denoiserParts[kind],
    };
  });
  return [...whole, ...denoiser];
}

/** Weights that a part of the denoiser has beside its layers'. */
export const endBytes = (kind: PartKind, { weights }: NetworkSizes): number => (kind === 'middle' ? 0 : weights.ends);

/** Layers one after the other, as many on each device as it is given. */
function layerRanges(layers: readonly number[]): { device: number; range: LayerRange }[] {
  let first = 0;
  return layers.flatMap((count, device) => {
    const range = { first, end: first + count };
    first = range.end;
    return count > 0 ? [{ device, range }] : [];
  });
}

function stageLoads(parts: readonly PlacedPart[], device: number): Record<Stage, StageLoad> {
  return ofEachStage((stage) => {
    const own = parts.filter((part) => part.device === device && STAGE_OF[part.graph] === stage);
    const weights = own.reduce((sum, part) => sum + part.weightBytes, 0);
    return { weightBytes: weights, totalBytes: own.reduce((sum, part) => sum + part.activationBytes, weights) };
  });
}

const noBytes = (): Record<Stage, number> => ofEachStage(() => 0);
