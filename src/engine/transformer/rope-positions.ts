/** A picture's size in tokens. */
export interface TokenGrid {
  readonly rows: number;
  readonly columns: number;
}

/** Frame, row, column. */
const AXES = 3;

/**
 * Where the joint sequence's tokens stand: the text, then each picture row by row.
 * A picture's number is its first coordinate; rows and columns are centred, the odd one out on the negative side. A text
 * token has one coordinate on all three axes, which goes on beyond the pictures' largest.
 * Source: diffusers' QwenEmbedRope with scale_rope.
 * @param grids the target's first, then the references'
 * @returns [text tokens + all pictures' tokens, 3]
 */
export function ropePositions(textTokens: number, grids: readonly TokenGrid[]): Int32Array {
  const tokens = grids.reduce((sum, grid) => sum + grid.rows * grid.columns, textTokens);
  const positions = new Int32Array(tokens * AXES);
  let at = 0;
  const put = (frame: number, row: number, column: number): void => {
    positions[at] = frame;
    positions[at + 1] = row;
    positions[at + 2] = column;
    at += AXES;
  };
  const firstText = Math.max(
    ...grids.map(({ rows, columns }) => Math.max(Math.floor(rows / 2), Math.floor(columns / 2))),
  );
  for (let token = firstText; token < firstText + textTokens; token += 1) put(token, token, token);
  for (const [picture, { rows, columns }] of grids.entries()) {
    const [firstRow, firstColumn] = [Math.floor(rows / 2) - rows, Math.floor(columns / 2) - columns];
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) put(picture, firstRow + row, firstColumn + column);
    }
  }
  return positions;
}
