import { jpegEnd } from './jpeg-scans.js';

/** The end marker (EOI). */
const END = Uint8Array.of(0xff, 0xd9);
/** Bits that may follow: the second pattern begins otherwise than the first, so that no code's meaning is the same in both. */
const OTHER_BITS = [
  [0xa5, 0x3c],
  [0x5a, 0xc3],
].map((pattern) => Uint8Array.from({ length: 64 }, (_, index) => pattern[index % 2] ?? 0));

/** A JPEG that lacks its end, with the end marker, and with other bits before that. */
export interface CompletedJpeg {
  readonly ended: Uint8Array;
  readonly continued: readonly Uint8Array[];
}

/**
 * Whether a JPEG lacks its end marker. Zeros, which take the place of data that were lost, would pass for a scan's data with the
 * decoder.
 */
export function lacksEnd(bytes: Uint8Array): boolean {
  const end = withoutZeros(bytes);
  return !(bytes[end - 2] === END[0] && bytes[end - 1] === END[1]) && jpegEnd(bytes) !== 'marked';
}

/**
 * A JPEG without an end marker, completed. Where all versions decode to the same pixels, nothing but the marker was missing: what
 * came behind the file's last byte made no difference. Undefined where data are missing for certain.
 */
export function completeJpeg(bytes: Uint8Array): CompletedJpeg | undefined {
  if (jpegEnd(bytes) !== 'in-last-scan') return undefined;
  const all = bytes.subarray(0, endOfData(bytes));
  // Half of the end marker, or of a stuffed 0xFF: bits behind it would be taken for a marker.
  const data = all[all.length - 1] === 0xff ? all.subarray(0, -1) : all;
  return { ended: Buffer.concat([data, END]), continued: OTHER_BITS.map((bits) => Buffer.concat([data, bits, END])) };
}

/** Where the scan's data end: zeros behind them are padding, but for the one that belongs to a 0xFF, or a single one. */
function endOfData(bytes: Uint8Array): number {
  const end = withoutZeros(bytes);
  const zeros = bytes.length - end;
  return zeros === 1 || (zeros > 0 && bytes[end - 1] === 0xff) ? end + 1 : end;
}

/** The length of a file without the zeros at its end. */
function withoutZeros(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return end;
}
