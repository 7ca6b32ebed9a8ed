import type { Held, RunMemory } from './run-memory.js';

/** Sizes of an attention. */
export interface AttentionSizes {
  /** Independent sequences. */
  readonly batch: number;
  /** Of the query. */
  readonly tokens: number;
  readonly keys: number;
  readonly heads: number;
  readonly headDim: number;
  /** Of one value. */
  readonly bytes: number;
  readonly hasBias: boolean;
}

/** Shorter sequences don't get the memory-efficient kernel. */
const EFFICIENT_TOKENS = 256;
/** Wider heads keep their sums in float32 beside a result of fewer bits. */
const WIDEST_HEAD = 128;
const FLOAT = Float32Array.BYTES_PER_ELEMENT;

/**
 * The provider's attention: memory-efficient where it can be; else with all scores, before and after the softmax, beside
 * transposed copies of query, key and value. Its inputs are dropped by the caller.
 */
export function attentionRun(memory: RunMemory, sizes: AttentionSizes): Held {
  const { batch, tokens, keys, heads, headDim, bytes, hasBias } = sizes;
  const queries = batch * tokens * heads * headDim;
  const result = memory.tensor(queries * bytes);
  if (hasBias || tokens < EFFICIENT_TOKENS) {
    const copies = queries + 2 * batch * keys * heads * headDim;
    memory.scratch((copies + 2 * batch * heads * tokens * keys) * bytes);
  } else if (headDim > WIDEST_HEAD && bytes < FLOAT) memory.scratch(queries * FLOAT);
  return result;
}
