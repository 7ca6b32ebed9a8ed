import { reshape } from '../ops.js';
import type { Value } from '../graph-builder.js';

/** The angles' cosines and sines, each [tokens, headDim/2]; made outside the graph, since they depend on sizes alone. */
export interface RotaryTables {
  readonly cos: Value;
  readonly sin: Value;
}

/** Which elements of a head turn together: neighbours (complex numbers), or one of each half (rotate_half). */
export type RotaryPairs = 'interleaved' | 'halves';

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
