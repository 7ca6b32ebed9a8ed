import type { GraphBuilder, Value } from './graph-builder.js';
import { add, gather, mul } from './ops.js';

/** The largest value of a row is brought to at least 2^14, which leaves float16 room for an exponent that is off by one. */
const TARGET_EXPONENT = 14;
/** The exponents of a row's largest value that are told apart, from the first one on. */
const FIRST_EXPONENT = -100;
const EXPONENTS = 228;

/**
 * Rows of values that go from one graph to another through the host, in two bytes a value where the graphs compute in bfloat16:
 * float16, the only type of two bytes that a value can be cast to and an output can have, and beside each row its scale, a power
 * of two. A value keeps its eight significant bits unless it is 2^-31 of its row's largest or less; then it errs by 2^-39 of
 * that at most, where bfloat16 itself rounds the row's sums by 2^-9. What is infinite or not a number stays neither finite nor
 * hidden.
 */
export function packedRowsOutput(graph: GraphBuilder, name: string, rows: Value, count: string, width: number): void {
  if (graph.computeType === 'float32') {
    graph.output(name, rows, [count, width]);
    return;
  }
  const floats = graph.cast(rows, 'float32'); // [rows, width]
  const exponent = largestExponent(floats); // [rows, 1]
  const powers = (sign: 1 | -1): Value => {
    const table = Array.from({ length: EXPONENTS }, (_, at) => 2 ** (sign * (FIRST_EXPONENT + at - TARGET_EXPONENT)));
    return gather(graph.floats(table, 'float32'), exponent);
  };
  graph.output(name, mul(floats, powers(-1)), [count, width], 'float16');
  graph.output(scaleOf(name), powers(1), [count, 1]);
}

/** Declares an input with such rows: of float16 values their bits, since the binding of newer Node takes no tensors of them. */
export function packedRowsInput(graph: GraphBuilder, name: string, count: string, width: number): Value {
  if (graph.computeType === 'float32') return graph.input(name, 'float32', [count, width]);
  const bits = graph.cast(graph.input(name, 'uint16', [count, width]), 'int32');
  const values = gather(graph.everyFloat16(), bits); // [rows, width]
  const scale = graph.cast(graph.input(scaleOf(name), 'float32', [count, 1]), 'float32');
  return graph.cast(mul(values, scale), graph.computeType);
}

/** Name of the scales beside packed rows. */
const scaleOf = (name: string): string => `${name}_scale`;

/** Places of the exponents of each row's largest value, int32 [rows, 1]; none is outside of the table whatever the values are. */
function largestExponent(rows: Value): Value {
  const { graph } = rows;
  const largest = graph.node('ReduceMax', [graph.node('Abs', [rows]), graph.int64s([-1])], { keepdims: 1 });
  const exponent = graph.node('Floor', [mul(graph.node('Log', [largest]), Math.LOG2E)]);
  const place = graph.cast(add(exponent, -FIRST_EXPONENT), 'int32');
  const [lowest, highest] = [graph.int32(0), graph.int32(EXPONENTS - 1)];
  return graph.node('Min', [graph.node('Max', [place, lowest]), highest]);
}
