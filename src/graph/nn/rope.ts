import type { Value } from '../graph-builder.js';
import { gather, mul, reshape } from '../ops.js';

/** The angles' cosines and sines, each [tokens, headDim/2]. */
export interface RotaryTables {
  readonly cos: Value;
  readonly sin: Value;
}

/** One of the frequencies that a head's pairs turn with, and the axis of the positions that it follows. */
export interface AxisFrequency {
  readonly axis: number;
  readonly frequency: number;
}

/** Which elements of a head turn together: neighbours (complex numbers), or one of each half (rotate_half). */
export type RotaryPairs = 'interleaved' | 'halves';

/**
 * Tables of tokens that stand somewhere on several axes. Angles, cosines and sines are float32, as in diffusers, whatever the
 * graph computes in; a product that rounds to fewer bits would turn far tokens by another angle.
 * @param positions int32 [tokens, axes]
 * @param frequencies [headDim/2]
 */
export function rotaryTables(positions: Value, frequencies: readonly AxisFrequency[]): RotaryTables {
  const { graph } = positions;
  const axes = graph.int64s(frequencies.map(({ axis }) => axis));
  const turned = gather(graph.cast(positions, 'float32'), axes, 1); // [tokens, headDim/2]
  const frequency = graph.floats(
    frequencies.map((each) => each.frequency),
    'float32',
  );
  const angles = mul(turned, frequency); // [tokens, headDim/2]
  return {
    cos: graph.cast(graph.node('Cos', [angles]), graph.computeType),
    sin: graph.cast(graph.node('Sin', [angles]), graph.computeType),
  };
}

/**
 * Rotary position embedding of every head.
 * @param x [tokens, heads·headDim]
 * @param firstRow the tables' row of the first token, an int64 vector of one element; 0 unless given
 */
export function rotary(x: Value, tables: RotaryTables, pairs: RotaryPairs, width: number, firstRow?: Value): Value {
  const rotated = x.graph.node(
    'RotaryEmbedding',
    [reshape(x, [1, -1, width]), firstRow ?? x.graph.int64s([0]), tables.cos, tables.sin],
    { interleaved: pairs === 'interleaved' ? 1 : 0 },
    { domain: 'com.microsoft' },
  );
  return reshape(rotated, [-1, width]);
}
