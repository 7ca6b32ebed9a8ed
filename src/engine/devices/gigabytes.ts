/** Bytes for people: `22.5 GB` (of 1e9), `31 MB`. */
export function gigabytes(bytes: number): string {
  return bytes < 0.95e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
