const KILO = 1e3;
const MEGA = 1e6;
const GIGA = 1e9;
/** From so much of a unit on it is the unit: what rounds to one of it. */
const ROUNDS_UP = 0.95;

/** Bytes for people, in decimal units: `22.5 GB`, `31 MB`, `4 kB`. */
export function formatBytes(bytes: number): string {
  if (bytes >= ROUNDS_UP * GIGA) return `${(bytes / GIGA).toFixed(1)} GB`;
  if (bytes === 0 || bytes >= ROUNDS_UP * MEGA) return `${Math.round(bytes / MEGA)} MB`;
  return `${Math.ceil(bytes / KILO)} kB`;
}
