/** Of the outputs and of the inputs that a weight has, this share may be changed by more than blocksLoss says: a few are nearly dead in any model. */
const CHANGED_MORE = 0.01;
/** Of the outputs that a weight has, this share may read fewer inputs than channelsLoss says. */
const READING_FEWER = 0.1;

/** What rounding does to a weight. */
export type RoundingLoss = BlocksLoss | ChannelsLoss;

/** What rounding to blocks does to it. */
export interface BlocksLoss {
  readonly kind: 'blocks';
  /**
   * How much it changes what the weight does with its inputs and outputs: of each column and each row the error as a share of
   * what stands there (root of the sums of squares), of these the largest, but for a hundredth. Rows show what an output loses,
   * columns what is lost of an input whose weights are small beside their block's: the weight as a whole shows neither. Values
   * spread like a normal distribution change by 8 to 10 % at 4 bits and by 0.5 % at 8 bits.
   */
  readonly change: number;
}

/**
 * What integers with one scale for each output would do to it. They round all inputs by one step, which the largest of them
 * sets. An output that reads many of the inputs reads large ones, too, and the step is small beside what it computes. One that
 * reads few may read only small ones, of which the step leaves little: thresholds and phases are lost.
 */
export interface ChannelsLoss {
  readonly kind: 'channels';
  /** How much rounding changes the weight, as a share of it (root mean square). */
  readonly change: number;
  /**
   * The share of the inputs that an output reads, for the outputs that read few: (Σw²)² / Σw⁴ over its weights, which is
   * their number where they are equal, divided by the inputs' number. A normal spread has 1/3.
   */
  readonly inputsRead: number;
}

/** Sums over some of a weight's values, by what they are summed over. */
export interface SquareSums {
  readonly squares: Float64Array;
  readonly errorSquares: Float64Array;
}

/**
 * @param rows sums over each row
 * @param columns sums over each column
 */
export function blocksLoss(rows: SquareSums, columns: SquareSums): BlocksLoss {
  return { kind: 'blocks', change: Math.max(mostChanged(rows), mostChanged(columns)) };
}

/** The largest error as a share, but for those that are left out; 0 where all values are. */
function mostChanged({ squares, errorSquares }: SquareSums): number {
  const shares = squares.map((square, index) => Math.sqrt((errorSquares[index] ?? 0) / square));
  const sorted = shares.filter((share) => !Number.isNaN(share)).sort();
  return sorted[Math.ceil((1 - CHANGED_MORE) * sorted.length) - 1] ?? 0;
}

/**
 * Outputs without weights don't count.
 * @param rows sums over each row
 * @param fourthPowers the same of the values' fourth powers
 * @param columns inputs
 */
export function channelsLoss(rows: SquareSums, fourthPowers: Float64Array, columns: number): ChannelsLoss {
  const read: number[] = [];
  let squares = 0;
  let errorSquares = 0;
  for (const [row, square] of rows.squares.entries()) {
    if (square === 0) continue;
    squares += square;
    errorSquares += rows.errorSquares[row] ?? 0;
    read.push(square ** 2 / (fourthPowers[row] ?? 0) / columns);
  }
  read.sort((one, other) => one - other);
  return {
    kind: 'channels',
    change: squares === 0 ? 0 : Math.sqrt(errorSquares / squares),
    inputsRead: read[Math.floor(READING_FEWER * read.length)] ?? 1,
  };
}
