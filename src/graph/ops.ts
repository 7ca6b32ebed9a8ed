import type { Value } from './graph-builder.js';

/**
 * ONNX' operators as functions of values, under PyTorch's names where it has one.
 * A number in place of a value is a scalar of the same type.
 */
type Operand = Value | number;

function operand(like: Value, x: Operand): Value {
  if (typeof x !== 'number') return x;
  if (like.type === 'int64') return like.graph.int64s([x]);
  return like.graph.floats(x, like.type === 'float32' ? 'float32' : undefined);
}

export const add = (a: Value, b: Operand): Value => a.graph.node('Add', [a, operand(a, b)]);
export const sub = (a: Value, b: Operand): Value => a.graph.node('Sub', [a, operand(a, b)]);
export const mul = (a: Value, b: Operand): Value => a.graph.node('Mul', [a, operand(a, b)]);
export const div = (a: Value, b: Operand): Value => a.graph.node('Div', [a, operand(a, b)]);
export const maximum = (a: Value, b: Operand): Value => a.graph.node('Max', [a, operand(a, b)]);
export const sqrt = (x: Value): Value => x.graph.node('Sqrt', [x]);

export const matmul = (a: Value, b: Value): Value => a.graph.node('MatMul', [a, b]);

/** A new shape for the same elements: 0 keeps a dimension, -1 takes what is left. */
export const reshape = (x: Value, shape: readonly number[] | Value): Value =>
  x.graph.node('Reshape', [x, Array.isArray(shape) ? x.graph.int64s(shape) : (shape as Value)]);

export const transpose = (x: Value, order: readonly number[]): Value => x.graph.node('Transpose', [x], { perm: order });

/**
 * An initializer that the runtime must not compute with before the graph runs: it folds what depends on initializers alone, and
 * keeps the larger result. Here the shape depends on `x`, which adds nothing to it.
 * @param x of which the first dimension is dynamic
 */
export function unfolded(initializer: Value, shape: readonly number[], x: Value): Value {
  const { graph } = x;
  const nothing = mul(sizeOf(x, 0), 0);
  return graph.node('Reshape', [initializer, add(graph.int64s(shape), nothing)], {}, { type: initializer.type });
}

/** Repeats dimensions of size 1; 1 in `shape` keeps a dimension. */
export const expand = (x: Value, shape: readonly number[] | Value): Value =>
  x.graph.node('Expand', [x, Array.isArray(shape) ? x.graph.int64s(shape) : (shape as Value)]);

export const concat = (values: readonly [Value, ...Value[]], axis: number): Value =>
  values[0].graph.node('Concat', values, { axis });

/** Parts of the given sizes along `axis`. */
export const split = (x: Value, sizes: readonly number[], axis: number): Value[] =>
  x.graph.nodeWithResults(sizes.length, 'Split', [x, x.graph.int64s(sizes)], { axis });

/** Three equal parts of size `size` along `axis`. */
export function chunk3(x: Value, size: number, axis: number): [Value, Value, Value] {
  const [a, b, c] = split(x, [size, size, size], axis);
  if (a === undefined || b === undefined || c === undefined) throw new Error('Split has three results');
  return [a, b, c];
}

/** Elements start … end−1 along `axis`; start and end are int64 vectors of one element, or numbers. */
export const slice = (x: Value, start: Operand, end: Operand, axis: number): Value => {
  const index = (at: Operand): Value => (typeof at === 'number' ? x.graph.int64s([at]) : at);
  return x.graph.node('Slice', [x, index(start), index(end), x.graph.int64s([axis])]);
};

/** Rows of `x` (its first dimension) at `indices`, an int64 tensor of any shape. */
export const gather = (x: Value, indices: Value, axis = 0): Value =>
  x.graph.node('Gather', [x, indices], { axis }, { type: x.type });

/** The whole shape, as an int64 vector. */
export const shapeOf = (x: Value): Value => x.graph.node('Shape', [x], {}, { type: 'int64' });

/** The size of dimension `axis`, as an int64 vector of one element. */
export const sizeOf = (x: Value, axis: number): Value =>
  x.graph.node('Shape', [x], { start: axis, end: axis + 1 }, { type: 'int64' });
