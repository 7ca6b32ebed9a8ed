import { expand, reshape } from '../ops.js';
import type { Value } from '../graph-builder.js';

/**
 * Scaled dot-product attention over heads that lie side by side (torch's scaled_dot_product_attention).
 * Of the runtime's attentions it is the one that, without a bias, never holds the whole score matrix on the CPU.
 * @param query [tokens, heads·headDim], or [batch, tokens, heads·headDim] for independent sequences
 * @param key, value as the query; another number of tokens if need be
 * @param bias [1, 1, query tokens, key tokens], added to the scores
 * @returns of the query's shape
 */
export function attention(query: Value, key: Value, value: Value, heads: number, width: number, bias?: Value): Value {
  const batched = (x: Value): Value => reshape(x, [1, -1, width]);
  return reshape(batchedAttention(batched(query), batched(key), batched(value), heads, bias), [-1, width]);
}

/** The same over [batch, tokens, heads·headDim]. */
export function batchedAttention(query: Value, key: Value, value: Value, heads: number, bias?: Value): Value {
  // Between them stand a packed bias and a padding mask, which are left out.
  const inputs = bias === undefined ? [query, key, value] : [query, key, value, undefined, undefined, bias];
  return query.graph.node('MultiHeadAttention', inputs, { num_heads: heads }, { domain: 'com.microsoft' });
}

/**
 * Grouped-query attention's keys or values, each head repeated for its group (transformers' repeat_kv).
 * @param x [tokens, kvHeads·headDim]
 * @returns [tokens, kvHeads·groups·headDim]
 */
export function repeatHeads(x: Value, kvHeads: number, groups: number, headDim: number): Value {
  if (groups === 1) return x;
  const separate = reshape(x, [-1, kvHeads, 1, headDim]);
  return reshape(expand(separate, [1, 1, groups, 1]), [-1, kvHeads * groups * headDim]);
}
