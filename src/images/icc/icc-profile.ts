import { readCurve, type ToneCurve } from './tone-curve.js';

/** What an ICC profile says of its colours, as far as it says so in curves and a matrix. */
export type ProfileColours =
  /** Linear light of each channel, then [X, Y, Z] of D50 from it: `matrix` is row by row. */
  | {
      readonly kind: 'rgb';
      readonly curves: readonly [ToneCurve, ToneCurve, ToneCurve];
      readonly matrix: readonly number[];
    }
  /** Linear light, or L* over 100, of the one channel. */
  | { readonly kind: 'grey'; readonly curve: ToneCurve; readonly isLightness: boolean }
  /** Tables of many colours, which littleCMS reads. */
  | { readonly kind: 'tables' };

/** Bytes of a profile's header, and of an entry of the list of its tags. */
const HEADER = 128;
const ENTRY = 12;
/** Real profiles have about twenty. */
const MAX_TAGS = 200;

/** Tags that littleCMS takes before curves and matrix where a profile has them. */
const TABLE_TAGS = ['A2B0', 'A2B1', 'A2B2', 'D2B0', 'D2B1', 'D2B2'];

/** The colour space of the samples that a profile is for (`RGB `, `GRAY`, `CMYK` …); undefined for what is no profile. */
export function profileSpace(icc: Uint8Array): string | undefined {
  if (icc.length < HEADER + 4 || ascii(icc, 36) !== 'acsp') return undefined;
  return ascii(icc, 16);
}

/**
 * Reads a profile of RGB, grey or CMYK; undefined for any other, and for one that is damaged.
 *
 * Source: ICC.1:2022, sections 7 and 8.
 */
export function readProfile(icc: Uint8Array): ProfileColours | undefined {
  const tags = readTags(icc);
  if (TABLE_TAGS.some((tag) => tags.has(tag))) return { kind: 'tables' };
  const space = profileSpace(icc);
  if (space !== 'RGB ' && space !== 'GRAY') return undefined;
  const curve = (tag: string): ToneCurve | undefined => {
    const data = tags.get(tag);
    return data === undefined ? undefined : readCurve(data);
  };
  if (space === 'GRAY') {
    const grey = curve('kTRC');
    return grey === undefined ? undefined : { kind: 'grey', curve: grey, isLightness: ascii(icc, 20) === 'Lab ' };
  }
  if (ascii(icc, 20) !== 'XYZ ') return undefined;
  const [red, green, blue] = [curve('rTRC'), curve('gTRC'), curve('bTRC')];
  const columns = ['rXYZ', 'gXYZ', 'bXYZ'].map((tag) => readXyz(tags.get(tag)));
  const [r, g, b] = columns;
  if (red === undefined || green === undefined || blue === undefined) return undefined;
  if (r === undefined || g === undefined || b === undefined) return undefined;
  const matrix = [0, 1, 2].flatMap((row) => [r, g, b].map((column) => column[row] ?? 0));
  return { kind: 'rgb', curves: [red, green, blue], matrix };
}

function readTags(icc: Uint8Array): Map<string, Uint8Array> {
  if (icc.length < HEADER + 4) return new Map();
  const view = new DataView(icc.buffer, icc.byteOffset, icc.byteLength);
  const tags = new Map<string, Uint8Array>();
  const count = Math.min(view.getUint32(HEADER), MAX_TAGS);
  for (let index = 0; index < count; index += 1) {
    const at = HEADER + 4 + index * ENTRY;
    if (at + ENTRY > icc.length) break;
    const [start, size] = [view.getUint32(at + 4), view.getUint32(at + 8)];
    if (start + size <= icc.length) tags.set(ascii(icc, at), icc.subarray(start, start + size));
  }
  return tags;
}

/** An XYZType of one colour: the type, four zero bytes, three s15Fixed16Numbers. */
function readXyz(data: Uint8Array | undefined): number[] | undefined {
  if (data === undefined || data.length < 20 || ascii(data, 0) !== 'XYZ ') return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return [8, 12, 16].map((at) => view.getInt32(at) / 65536);
}

function ascii(bytes: Uint8Array, start: number): string {
  return String.fromCharCode(...bytes.subarray(start, start + 4));
}
