import { inverseFrequencies } from '../numerics/rotary-frequencies.js';

/** A picture's size in tokens. */
export interface TokenGrid {
  readonly rows: number;
  readonly columns: number;
}

export interface RopeTables {
  /** float32 [text tokens + all pictures' tokens, sum(axesDims)/2] */
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

const THETA = 10_000;

/**
 * Rotary tables of the joint sequence: the text, then each picture row by row.
 * A picture's number is its first coordinate; rows and columns are centred, the odd one out on the negative side. A text
 * token has one coordinate on all three axes, which goes on beyond the pictures' largest.
 * Source: diffusers' QwenEmbedRope with scale_rope.
 * @param grids the target's first, then the references'
 */
export function ropeTables(
  textTokens: number,
  grids: readonly TokenGrid[],
  axesDims: readonly [number, number, number],
): RopeTables {
  const frequencies = axesDims.map((dim) => inverseFrequencies(dim, THETA));
  const pairs = axesDims.reduce((sum, dim) => sum + dim / 2, 0);
  const tokens = grids.reduce((sum, grid) => sum + grid.rows * grid.columns, textTokens);
  const cos = new Float32Array(tokens * pairs);
  const sin = new Float32Array(cos.length);
  let at = 0;
  const put = (coordinates: readonly [number, number, number]): void => {
    for (const [axis, coordinate] of coordinates.entries()) {
      for (const frequency of frequencies[axis] ?? []) {
        const angle = Math.fround(coordinate * frequency);
        cos[at] = Math.cos(angle);
        sin[at] = Math.sin(angle);
        at += 1;
      }
    }
  };
  const firstText = Math.max(
    ...grids.map(({ rows, columns }) => Math.max(Math.floor(rows / 2), Math.floor(columns / 2))),
  );
  for (let token = 0; token < textTokens; token += 1) put([firstText + token, firstText + token, firstText + token]);
  for (const [picture, { rows, columns }] of grids.entries()) {
    const [firstRow, firstColumn] = [Math.floor(rows / 2) - rows, Math.floor(columns / 2) - columns];
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) put([picture, firstRow + row, firstColumn + column]);
    }
  }
  return { cos, sin };
}
