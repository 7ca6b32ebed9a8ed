import type { Device, DevicePlan, Stage } from './device-plan.js';
import { endBytes, layOut, type Assignment, type Layout } from './lay-out.js';
import type { NetworkSizes } from './network-sizes.js';
import { ofEachPartKind, partKind } from './part-kind.js';

/** Device of each group of graphs that go to one together. */
type Places = Readonly<Record<'vae' | 'text' | 'schedule', number>>;

/**
 * Spreads the denoiser's layers over all GPUs and puts the other networks where there is room. Every place of the others is
 * tried, with the layers dealt out to what room is left beside them; of the plans that fit, the one that loads the fewest
 * bytes an edit is taken, and of those the one that leaves most room on the fullest device.
 * @returns null when none fits
 */
export function balance(devices: readonly Device[], layout: Layout): DevicePlan | null {
  let best: DevicePlan | null = null;
  for (const places of allPlaces(devices.length)) {
    for (const rooms of partRooms(places, devices, layout)) {
      const layers = dealOut(rooms, layout.sizes);
      if (layers === null) continue;
      const plan = layOut({ graphs: graphsAt(places), layers }, devices, layout);
      if (plan !== null && (best === null || isBetter(plan, best))) best = plan;
    }
  }
  return best;
}

function isBetter(plan: DevicePlan, other: DevicePlan): boolean {
  if (plan.reloadedBytes !== other.reloadedBytes) return plan.reloadedBytes < other.reloadedBytes;
  return fullest(plan) < fullest(other);
}

/** The largest share of a device's free memory that the plan takes. */
function fullest({ devices }: DevicePlan): number {
  return Math.max(...devices.map(({ peakBytes, freeBytes }) => Math.max(...Object.values(peakBytes)) / freeBytes));
}

/** Every way to put the groups onto the devices. */
function allPlaces(devices: number): Places[] {
  const numbers = Array.from({ length: devices }, (_, index) => index);
  return numbers.flatMap((text) => numbers.flatMap((schedule) => numbers.map((vae) => ({ vae, text, schedule }))));
}

export function graphsAt({ vae, text, schedule }: Places): Assignment['graphs'] {
  return {
    vaeEncoder: vae,
    vaeDecoder: vae,
    visionTower: text,
    languageModel: text,
    promptProjection: text,
    modulation: schedule,
  };
}

/**
 * Room for a part of the denoiser on each device, in bytes: beside everything else; beside the rest while the VAE's networks
 * take turns; beside the largest of what then takes turns; or, taking turns too, alone.
 */
function partRooms(places: Places, devices: readonly Device[], { sizes, budgetOf }: Layout): number[][] {
  const rooms = devices.map((device, index) => {
    const { encode, text, schedule, decode } = otherStages(places, index, sizes);
    const room = budgetOf(device);
    const vae = Math.max(encode, decode);
    return [
      room - encode - text - schedule - decode,
      room - text - schedule - vae,
      room - Math.max(text, schedule, vae),
      room,
    ];
  });
  return [0, 1, 2, 3].map((way) => rooms.map((room) => room[way] ?? 0));
}

/** Bytes of each stage but the denoiser's on one device. */
function otherStages(
  places: Places,
  device: number,
  { weights, activations }: NetworkSizes,
): Record<Exclude<Stage, 'denoise'>, number> {
  const total = (...graphs: (keyof Assignment['graphs'])[]): number =>
    graphs.reduce((sum, graph) => sum + weights.graphs[graph] + activations[graph], 0);
  return {
    encode: places.vae === device ? total('vaeEncoder') : 0,
    text: places.text === device ? total('visionTower', 'languageModel', 'promptProjection') : 0,
    schedule: places.schedule === device ? total('modulation') : 0,
    decode: places.vae === device ? total('vaeDecoder') : 0,
  };
}

/**
 * Deals the layers out. What a part takes beside them depends on which of the denoiser's ends it has: where a device gets no layer
 * others have the ends, and they are dealt out anew among those.
 * @param rooms for a part on each device
 * @returns the number of layers on each device; null when there is too little room in all
 */
function dealOut(rooms: readonly number[], sizes: NetworkSizes): number[] | null {
  const { layers } = sizes.weights;
  const besides = ofEachPartKind((kind) => sizes.denoiserParts[kind] + endBytes(kind, sizes));
  let devices = [...rooms.keys()];
  for (;;) {
    const left = devices.map((device, place) => (rooms[device] ?? 0) - besides[partKind(place, devices.length)]);
    const counts = layersInto(left, layers.length, Math.max(...layers));
    const holders = devices.filter((_device, place) => (counts[place] ?? 0) > 0);
    if (holders.length === devices.length || holders.length === 0) {
      const dealt = counts.reduce((sum, count) => sum + count, 0);
      return dealt < layers.length ? null : rooms.map((_room, device) => counts[devices.indexOf(device)] ?? 0);
    }
    devices = holders;
  }
}

/** Gives each layer to the device with the most room left, as long as there is enough. */
function layersInto(rooms: readonly number[], layers: number, layerBytes: number): number[] {
  const dealt = rooms.map((left) => ({ left, count: 0 }));
  for (let layer = 0; layer < layers; layer += 1) {
    const device = dealt.reduce((most, other) => (other.left > most.left ? other : most));
    if (device.left < layerBytes) break;
    device.left -= layerBytes;
    device.count += 1;
  }
  return dealt.map(({ count }) => count);
}
