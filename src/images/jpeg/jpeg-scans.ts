/** Coefficients of a block: the mean, and 63 of detail. */
const COEFFICIENTS = 64;
/** No scan has told anything of a coefficient yet. */
const NOTHING = 255;

/** Frame headers of what the decoder reads: baseline, extended, progressive; the last three with arithmetic coding. */
const FRAMES: ReadonlySet<number> = new Set([0xc0, 0xc1, 0xc2, 0xc9, 0xca]);
const [START_OF_SCAN, END_OF_IMAGE] = [0xda, 0xd9];

/**
 * How a JPEG's data end: as they should, by an end marker (or the file is so odd that the decoder has to judge it); within a scan,
 * when every scan that the picture needs has begun; or within a scan before that.
 */
export type JpegEnd = 'marked' | 'in-last-scan' | 'in-earlier-scan';

/**
 * Follows a JPEG's markers. A picture needs scans that tell each component's coefficients down to their last bit; the last scan's
 * own data are not looked into.
 *
 * Source: ITU-T T.81, annexes B and G.
 */
export function jpegEnd(bytes: Uint8Array): JpegEnd {
  /** The lowest bit that is known, by component and coefficient. */
  const known = new Map<number, Uint8Array>();
  let at = 2;
  while (at + 4 <= bytes.length) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff || marker === END_OF_IMAGE) return 'marked';
    const segment = bytes.subarray(at + 4, at + 2 + (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)));
    if (FRAMES.has(marker)) readFrame(segment, known);
    at += 4 + segment.length;
    if (marker !== START_OF_SCAN) continue;
    readScan(segment, known);
    const next = nextMarker(bytes, at);
    if (next === undefined) return isAllKnown(known) ? 'in-last-scan' : 'in-earlier-scan';
    at = next;
  }
  return 'marked';
}

function isAllKnown(known: ReadonlyMap<number, Uint8Array>): boolean {
  return known.size > 0 && [...known.values()].every((bits) => bits.every((bit) => bit === 0));
}

function readFrame(segment: Uint8Array, known: Map<number, Uint8Array>): void {
  for (let index = 6; index + 3 <= segment.length; index += 3) {
    known.set(segment[index] ?? 0, new Uint8Array(COEFFICIENTS).fill(NOTHING));
  }
}

/** A scan's components, its first and last coefficient, and the bits that it brings: down to the lower half of a byte. */
function readScan(segment: Uint8Array, known: Map<number, Uint8Array>): void {
  const components = segment[0] ?? 0;
  const [first = 0, last = 0, bits = 0] = segment.subarray(1 + components * 2);
  for (let index = 0; index < components; index += 1) {
    known.get(segment[1 + index * 2] ?? 0)?.fill(bits & 15, first, last + 1);
  }
}

/** Where the marker behind a scan's data stands: 0xFF, and neither a stuffed 0, a restart nor a fill byte. */
function nextMarker(bytes: Uint8Array, start: number): number | undefined {
  for (let at = bytes.indexOf(0xff, start); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    const code = bytes[at + 1] ?? 0;
    if (code !== 0 && code !== 0xff && (code < 0xd0 || code > 0xd7)) return at;
  }
  return undefined;
}
