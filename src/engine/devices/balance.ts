import type { Device, DevicePlan, Stage } from './device-plan.js';
import { layOut, type Assignment, type Layout } from './lay-out.js';
import type { NetworkSizes } from './network-sizes.js';

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
    for (const rooms of layerRooms(places, devices, layout)) {
      const layers = dealOut(rooms, layout.sizes.weights.layers);
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
 * Room for layers on each device, in bytes: beside everything else; beside the rest while the VAE's networks take turns; beside
 * the largest of what then takes turns; or, taking turns too, alone.
 */
function layerRooms(places: Places, devices: readonly Device[], { sizes, budgetOf }: Layout): number[][] {
  const rooms = devices.map((device, index) => {
    const { encode, text, schedule, decode } = otherStages(places, index, sizes);
    const room = budgetOf(device) - sizes.denoiserPart - sizes.weights.ends;
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

/** Gives each layer to the device with the most room left; null when there is too little in all. */
function dealOut(rooms: readonly number[], layers: readonly number[]): number[] | null {
  const layerBytes = Math.max(...layers);
  const dealt = rooms.map((left) => ({ left, count: 0 }));
  let toDeal = layers.length;
  while (toDeal > 0) {
    const device = dealt.reduce((most, other) => (other.left > most.left ? other : most));
    if (device.left < layerBytes) return null;
    device.left -= layerBytes;
    device.count += 1;
    toDeal -= 1;
  }
  return dealt.map(({ count }) => count);
}
