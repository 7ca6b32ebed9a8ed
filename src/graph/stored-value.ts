import type { TensorEntry } from '../checkpoint/tensor-index.js';
import { elementCount, type ElementType } from './element-type.js';
import type { GraphBuilder, Value } from './graph-builder.js';
import { mul } from './ops.js';
import type { Weights } from './weights.js';

/** A tensor that was found to be as the network needs it. */
export interface FoundTensor {
  /** Canonical. */
  readonly name: string;
  readonly tensor: TensorEntry;
  /** Null for a type that no graph reads as it lies. */
  readonly type: ElementType | null;
}

/** The first rows of a tensor that are seen, and how many it has. */
export interface RowsSeen {
  readonly rows: number;
  readonly of: number;
}

/**
 * Declares an initializer with a tensor's first values: it points into the checkpoint's file, or to where the tensor was repacked
 * as floats.
 */
export function storedValue(
  graph: GraphBuilder,
  weights: Weights,
  { name, tensor, type }: FoundTensor,
  shape: readonly number[],
  seen: RowsSeen,
): Value {
  if (type === null) {
    const columns = tensor.shape.at(-1) ?? 1;
    const rows = (elementCount(tensor.shape) / columns / seen.of) * seen.rows;
    const { location } = weights.repacked;
    const { offset, length } = weights.repacked.placeFloats({ name, tensor, rows, columns });
    return graph.external({ name, type: 'float32', shape, location, offset, length });
  }
  const location = weights.location(tensor);
  const length = (tensor.length / seen.of) * seen.rows;
  return graph.external({ name, type, shape, location, offset: tensor.offset, length });
}

/** The same in the graph's compute type. */
export function parameterValue(
  graph: GraphBuilder,
  weights: Weights,
  found: FoundTensor,
  shape: readonly number[],
  seen: RowsSeen,
): Value {
  return scaled(graph.cast(storedValue(graph, weights, found, shape, seen), graph.computeType), found);
}

/** Times what notes beside a tensor of few bits say. */
export const scaled = (value: Value, { tensor: { scale } }: FoundTensor): Value =>
  scale === undefined ? value : mul(value, scale);
