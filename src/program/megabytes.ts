/** Bytes of one MB as limits are set and told: in binary units. */
export const MEGABYTE = 1024 * 1024;

/** A limit in the unit in which it is set: `20 MB`. */
export function inMegabytes(bytes: number): string {
  return `${bytes / MEGABYTE} MB`;
}
