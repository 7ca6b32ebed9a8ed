import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import type { TensorDtype, TensorEntry } from '../checkpoint/tensor-index.js';
import type { ElementType } from './element-type.js';
import type { GraphBuilder, Value } from './graph-builder.js';
import type { Weights } from './weights.js';

const STORED_TYPE: Partial<Record<TensorDtype, ElementType>> = { F32: 'float32', BF16: 'bfloat16', F16: 'float16' };

export interface ParameterOptions {
  /** The shape in which the graph sees the same bytes; the checkpoint's unless given. */
  readonly as?: readonly number[];
  /** Take only this many of the first dimension: the rest of the tensor is dead. */
  readonly rows?: number;
  /** Leave the elements in the type in which they are stored. */
  readonly asStored?: boolean;
}

/** A place in the tree of a network's parameters, named as in the checkpoint: `transformer_blocks.0.attn`. */
export class Scope {
  constructor(
    readonly graph: GraphBuilder,
    private readonly weights: Weights,
    private readonly path = '',
  ) {}

  /** The place `name` below this one; dots go further down. */
  at(name: string | number): Scope {
    return new Scope(this.graph, this.weights, this.nameOf(String(name)));
  }

  /**
   * The parameter `name`, in the graph's compute type: its initializer points into the checkpoint's file.
   * @param shape the shape that the network needs, as PyTorch stores it
   * @throws CheckpointError naming the tensor when it is missing, has another shape or isn't floating-point
   */
  parameter(name: string, shape: readonly number[], options: ParameterOptions = {}): Value {
    const fullName = this.nameOf(name);
    const tensor = this.weights.take(fullName);
    const type = STORED_TYPE[tensor.dtype];
    if (type === undefined) {
      throw new CheckpointError(`${describe(tensor)} has type ${tensor.dtype}, expected BF16, F32 or F16`);
    }
    if (shape.length !== tensor.shape.length || shape.some((size, axis) => size !== tensor.shape[axis])) {
      throw new CheckpointError(
        `${describe(tensor)} has shape [${tensor.shape.join(', ')}], expected [${shape.join(', ')}]`,
      );
    }
    const [allRows = 1, ...rest] = shape;
    const rows = options.rows ?? allRows;
    const stored = this.graph.external({
      name: fullName,
      type,
      shape: options.as ?? [...(shape.length > 0 ? [rows] : []), ...rest],
      location: tensor.file,
      offset: tensor.offset,
      length: (tensor.length / allRows) * rows,
    });
    return options.asStored === true ? stored : this.graph.cast(stored, this.graph.computeType);
  }

  private nameOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }
}

function describe(tensor: TensorEntry): string {
  return `${tensor.label}: tensor ${tensor.name}`;
}
