import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import type { TensorDtype, TensorEntry } from '../checkpoint/tensor-index.js';
import type { ElementType } from './element-type.js';
import type { GraphBuilder, Value } from './graph-builder.js';
import type { LinearFormat } from './quantization/linear-format.js';
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

/** A linear layer's weight in a file of its own. */
export interface QuantizedWeight {
  readonly format: LinearFormat;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly codes: Value;
  readonly scales: Value;
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
    const { tensor, type } = this.take(fullName, shape);
    const [allRows = 1, ...rest] = shape;
    const rows = options.rows ?? allRows;
    const stored = this.graph.external({
      name: fullName,
      type,
      shape: options.as ?? [...(shape.length > 0 ? [rows] : []), ...rest],
      location: this.weights.location(tensor),
      offset: tensor.offset,
      length: (tensor.length / allRows) * rows,
    });
    return options.asStored === true ? stored : this.graph.cast(stored, this.graph.computeType);
  }

  /**
   * The weight `name` of a linear layer as it was quantized, or undefined where it stays as the checkpoint has it.
   * @param shape [out, in], as PyTorch stores it
   * @param rows of the first dimension that are used
   * @throws CheckpointError as `parameter`
   */
  quantizedWeight(name: string, shape: readonly [number, number], rows: number): QuantizedWeight | undefined {
    const fullName = this.nameOf(name);
    const format = this.weights.formatOf(this.graph.name, fullName);
    if (format === undefined) return undefined;
    const { tensor } = this.take(fullName, shape);
    const { location, codes, scales } = this.weights.quantized(fullName, tensor, format, rows, shape[1]);
    return {
      format,
      inFeatures: shape[1],
      outFeatures: rows,
      codes: this.graph.external({ name: fullName, location, ...codes }),
      scales: this.graph.external({ name: `${fullName}_scale`, location, ...scales }),
    };
  }

  private take(fullName: string, shape: readonly number[]): { tensor: TensorEntry; type: ElementType } {
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
    return { tensor, type };
  }

  private nameOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }
}

function describe(tensor: TensorEntry): string {
  return `${tensor.label}: tensor ${tensor.name}`;
}
