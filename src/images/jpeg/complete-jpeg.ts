import { jpegEnd } from './jpeg-scans.js';

/** The end marker (EOI). */
const END = Uint8Array.of(0xff, 0xd9);
/** Bits that stand for other pixels than what the decoder puts in place of missing ones. */
const OTHER_BITS = Uint8Array.from({ length: 64 }, (_, index) => (index % 2 === 0 ? 0xa5 : 0x3c));

/** Two versions of a JPEG that lacks its end: with the end marker, and with other bits before it. */
export interface CompletedJpeg {
  readonly ended: Uint8Array;
  readonly continued: Uint8Array;
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
 * A JPEG without an end marker, completed. Where both versions decode to the same pixels, nothing but the marker was missing: what
 * came behind the file's last byte made no difference. Undefined where scans are missing.
 */
export function completeJpeg(bytes: Uint8Array): CompletedJpeg | undefined {
  if (jpegEnd(bytes) !== 'in-last-scan') return undefined;
  const data = bytes.subarray(0, endOfData(bytes));
  return { ended: Buffer.concat([data, END]), continued: Buffer.concat([data, OTHER_BITS, END]) };
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
