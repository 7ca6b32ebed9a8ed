import type { Value } from '../graph-builder.js';
import { adaptiveLayerNorm } from '../nn/norm.js';
import { add, concat, mul, sizeOf, slice } from '../ops.js';
import type { NormModulation, OutModulation, StreamModulation } from './modulation-layout.js';

const EPSILON = 1e-6;

/**
 * What modulates a stream's rows: all of them alike, or the target's, which come first, otherwise than the references'.
 * `targetTokens` is an int64 vector of one element.
 */
export type ModulatedRows<M> =
  { readonly all: M } | { readonly target: M; readonly references: M; readonly targetTokens: Value };

/** A stream's modulation with the rows that it is for. */
export interface StreamRows {
  readonly norm1: ModulatedRows<NormModulation<Value>>;
  readonly norm2: ModulatedRows<NormModulation<Value>>;
}

/** One modulation for a whole stream. */
export const alike = ({ norm1, norm2 }: StreamModulation<Value>): StreamRows => ({
  norm1: { all: norm1 },
  norm2: { all: norm2 },
});

/**
 * The picture's stream, whose references are modulated by their own timestep.
 * Source: diffusers' QwenImageTransformerBlock with zero_cond_t (its modulate_index).
 */
export function targetAndReferences(
  target: StreamModulation<Value>,
  references: StreamModulation<Value>,
  targetTokens: Value,
): StreamRows {
  return {
    norm1: { target: target.norm1, references: references.norm1, targetTokens },
    norm2: { target: target.norm2, references: references.norm2, targetTokens },
  };
}

/** What is left of it when only the target's rows go on. */
export function ofTarget({ norm1, norm2 }: StreamRows): StreamRows {
  const first = <M>(rows: ModulatedRows<M>): ModulatedRows<M> => ('all' in rows ? rows : { all: rows.target });
  return { norm1: first(norm1), norm2: first(norm2) };
}

/** A stream's adaptive norm, [tokens, innerDim]; here and in addGated alone a modulation meets tokens. */
export function modulated(stream: Value, rows: ModulatedRows<OutModulation<Value>>): Value {
  return byRows(stream, rows, (x, { scale, shift }) => adaptiveLayerNorm(x, scale, shift, EPSILON));
}

/** A stream with what its gate lets through of a layer's result, [tokens, innerDim]. */
export function addGated(stream: Value, result: Value, rows: ModulatedRows<NormModulation<Value>>): Value {
  return add(
    stream,
    byRows(result, rows, (x, { gate }) => mul(x, gate)),
  );
}

function byRows<M>(x: Value, rows: ModulatedRows<M>, apply: (x: Value, modulation: M) => Value): Value {
  if ('all' in rows) return apply(x, rows.all);
  const { target, references, targetTokens } = rows;
  const first = apply(slice(x, 0, targetTokens, 0), target);
  const behind = apply(slice(x, targetTokens, sizeOf(x, 0), 0), references);
  return concat([first, behind], 0);
}
