import { expand, reshape } from '../ops.js';
import type { Value } from '../graph-builder.js';

/**
 * Scaled dot-product attention over heads that lie side by side (torch's scaled_dot_product_attention).
 * Of the runtime's attentions it is the one that never holds the whole score matrix on the CPU.
 * @param query [tokens, heads·headDim], or [batch, tokens, heads·headDim] for independent sequences
 * @param key, value as the query; another number of tokens if need be
 * @returns of the query's shape
 */
export function attention(query: Value, key: Value, value: Value, heads: number, width: number, causal = false): Value {
  const batched = (x: Value): Value => reshape(x, [1, -1, width]);
  return reshape(batchedAttention(batched(query), batched(key), batched(value), heads, causal), [-1, width]);
}

/** The same over [batch, tokens, heads·headDim]. */
export function batchedAttention(query: Value, key: Value, value: Value, heads: number, causal = false): Value {
  return query.graph.node(
    'MultiHeadAttention',
    [query, key, value],
    { num_heads: heads, ...(causal ? { unidirectional: 1 } : {}) },
    { domain: 'com.microsoft' },
  );
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
