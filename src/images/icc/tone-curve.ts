/** Linear light, 0–1, of a sample, 0–1. */
export type ToneCurve = (value: number) => number;

/** What littleCMS reads, too: a longer table serves nothing but to keep a thread busy. */
const MOST_ENTRIES = 0x7fff;

/**
 * Reads a curveType or parametricCurveType; undefined for anything else.
 *
 * Source: ICC.1:2022, sections 10.6 and 10.18.
 */
export function readCurve(data: Uint8Array): ToneCurve | undefined {
  if (data.length < 12) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  switch (String.fromCharCode(...data.subarray(0, 4))) {
    case 'curv':
      return tableCurve(view);
    case 'para':
      return parametricCurve(view);
    default:
      return undefined;
  }
}

/** No entry is the identity, one a gamma, more a table between whose points lie straight lines. */
function tableCurve(view: DataView): ToneCurve | undefined {
  const count = view.getUint32(8);
  if (count > MOST_ENTRIES || 12 + count * 2 > view.byteLength) return undefined;
  if (count === 0) return (value) => value;
  if (count === 1) {
    const gamma = view.getUint16(12) / 256;
    return (value) => value ** gamma;
  }
  const table = Float64Array.from({ length: count }, (_, index) => view.getUint16(12 + index * 2) / 65535);
  return (value) => {
    const position = value * (count - 1);
    const below = Math.min(Math.floor(position), count - 2);
    const from = table[below] ?? 0;
    return from + ((table[below + 1] ?? 0) - from) * (position - below);
  };
}

/** How many parameters each of the five functions has. */
const PARAMETERS = [1, 3, 4, 5, 7];

function parametricCurve(view: DataView): ToneCurve | undefined {
  const kind = view.getUint16(8);
  const count = PARAMETERS[kind];
  if (count === undefined || 12 + count * 4 > view.byteLength) return undefined;
  const [g = 1, a = 1, b = 0, c = 0, d = 0, e = 0, f = 0] = Array.from(
    { length: count },
    (_, index) => view.getInt32(12 + index * 4) / 65536,
  );
  const power = (value: number): number => Math.max(a * value + b, 0) ** g;
  switch (kind) {
    case 0:
      return (value) => value ** g;
    case 1:
      return (value) => (value >= -b / a ? power(value) : 0);
    case 2:
      return (value) => (value >= -b / a ? power(value) + c : c);
    case 3:
      return (value) => (value >= d ? power(value) : c * value);
    default:
      return (value) => (value >= d ? power(value) + e : c * value + f);
  }
}
