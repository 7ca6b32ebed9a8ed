/** Formats of input pictures, under sharp's names. AVIF is what sharp calls `heif`. */
export type InputFormat = 'png' | 'jpeg' | 'webp' | 'heif' | 'gif' | 'tiff';

/**
 * Tells a picture's format by its first bytes; undefined for anything that isn't one of ours. A file's name and declared
 * type don't count.
 */
export function detectFormat(bytes: Uint8Array): InputFormat | undefined {
  const ascii = (start: number, length: number): string =>
    String.fromCharCode(...bytes.subarray(start, start + length));
  const starts = (...values: readonly number[]): boolean => values.every((value, index) => bytes[index] === value);
  if (starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'png';
  if (starts(0xff, 0xd8, 0xff)) return 'jpeg';
  if (ascii(0, 4) === 'RIFF' && ascii(8, 4) === 'WEBP') return 'webp';
  if (ascii(0, 6) === 'GIF87a' || ascii(0, 6) === 'GIF89a') return 'gif';
  if (isTiff(ascii(0, 4))) return 'tiff';
  if (ascii(4, 4) === 'ftyp' && isAvif(bytes, ascii)) return 'heif';
  return undefined;
}

/** Either byte order, classic or BigTIFF. */
function isTiff(signature: string): boolean {
  return ['II*\0', 'MM\0*', 'II+\0', 'MM\0+'].includes(signature);
}

/** The brands of an ISO media file: the major one, a version, then the compatible ones. */
function isAvif(bytes: Uint8Array, ascii: (start: number, length: number) => string): boolean {
  const boxLength = ((bytes[2] ?? 0) << 8) | (bytes[3] ?? 0);
  const end = Math.min(boxLength, bytes.length, 256);
  for (let start = 8; start + 4 <= end; start += 4) {
    if (start !== 12 && ['avif', 'avis'].includes(ascii(start, 4))) return true;
  }
  return false;
}
