import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import { describeShape } from '../checkpoint/describe-value.js';
import type { TensorEntry } from '../checkpoint/tensor-index.js';
import type { GraphBuilder, Value } from './graph-builder.js';
import { loraBranch, type LoraBranch } from './lora/lora-branch.js';
import { fewBitsType, storedType } from './stored-type.js';
import { parameterValue, scaled, storedValue, type FoundTensor } from './stored-value.js';
import { formOfWeight } from './weight-forms/form-of-weight.js';
import type { LinearWeight } from './weight-forms/weight-form.js';
import type { TensorUse, Weights } from './weights.js';

export interface ParameterOptions {
  /** The shape in which the graph sees the same bytes; the checkpoint's unless given. */
  readonly as?: readonly number[];
  /** Take only this many of the first dimension: the rest of the tensor is dead. */
  readonly rows?: number;
  /** Leave the elements in the type in which they are stored, for a graph that casts what it makes of them. */
  readonly asStored?: boolean;
}

/** A block and its number, where blocks of one kind are counted. */
interface BlockPlace {
  readonly number: number | null;
}

/** A place in the tree of a network's parameters, named as in the checkpoint: `transformer_blocks.0.attn`. */
export class Scope {
  constructor(
    readonly graph: GraphBuilder,
    private readonly weights: Weights,
    private readonly path = '',
    private readonly inside: BlockPlace | null = null,
  ) {}

  /** The place `name` below this one; dots go further down. */
  at(name: string): Scope {
    return new Scope(this.graph, this.weights, this.nameOf(name), this.inside);
  }

  /**
   * One of the blocks that a network mainly consists of. The weights of linear layers in blocks may be quantized. What stands
   * before the first block and behind the last stays whole: it is small, and all that the model sees and says goes through it.
   * @param number of a block among others of its kind, the last part of its name
   */
  block(name: string, number?: number): Scope {
    const path = this.nameOf(number === undefined ? name : `${name}.${number}`);
    return new Scope(this.graph, this.weights, path, { number: number ?? null });
  }

  /** Says that nothing reads the tensors at the place `name` below this one, though checkpoints have them. */
  leaveOut(name: string, reason: string): void {
    this.weights.leaveOut(this.nameOf(name), reason);
  }

  /**
   * The parameter `name`, in the graph's compute type: its initializer points into the checkpoint's file.
   * @param shape the shape that the network needs, as PyTorch stores it
   * @throws CheckpointError naming the tensor when it is missing, has another shape or isn't floating-point
   */
  parameter(name: string, shape: readonly number[], options: ParameterOptions = {}): Value {
    return this.declare(this.find(name, shape), shape, 'plain', options);
  }

  /**
   * A table from which rows are picked: it stays in the type in which it is stored, so that only those rows are cast.
   * @throws CheckpointError as `parameter`
   */
  table(name: string, shape: readonly [number, number]): Value {
    return this.declare(this.find(name, shape), shape, 'table', { asStored: true });
  }

  /**
   * The weight of a linear layer: as it was quantized, or where it stays as the checkpoint has it, in the form that its type
   * has in memory.
   * @param shape [out, in], as PyTorch stores it
   * @param rows of the first dimension that are used
   * @throws CheckpointError as `parameter`
   */
  linearWeight(name: string, shape: readonly [number, number], rows: number): LinearWeight {
    const { graph, weights } = this;
    const found = this.find(name, shape);
    const mayBeQuantized = this.inside !== null && !weights.isQuantizedByFile;
    this.take(found, 'linear', mayBeQuantized);
    const format = mayBeQuantized ? weights.formatOf(graph.name, found.name) : undefined;
    return formOfWeight(found.tensor, graph.computeType, format).declare({ ...found, graph, weights, shape, rows });
  }

  /**
   * What LoRAs do to the linear layer at this place; null where none changes it.
   * @param rows outputs of the layer that are used, the first ones
   */
  lora(rows: number): LoraBranch | null {
    const stack = this.weights.loraStack(this.path);
    return stack === undefined ? null : loraBranch(this.graph, this.path, stack, rows);
  }

  private declare(
    found: FoundTensor,
    shape: readonly number[],
    kind: TensorUse['kind'],
    options: ParameterOptions,
  ): Value {
    const [allRows = 1, ...rest] = shape;
    const rows = options.rows ?? allRows;
    this.take(found, kind);
    const as = options.as ?? [...(shape.length > 0 ? [rows] : []), ...rest];
    const seen = { rows, of: allRows };
    return options.asStored === true
      ? scaled(storedValue(this.graph, this.weights, found, as, seen), found)
      : parameterValue(this.graph, this.weights, found, as, seen);
  }

  private take({ name, tensor }: FoundTensor, kind: TensorUse['kind'], mayBeQuantized = false): void {
    this.weights.take({ name, tensor, block: this.inside?.number ?? null, kind, mayBeQuantized });
  }

  private find(name: string, shape: readonly number[]): FoundTensor {
    const fullName = this.nameOf(name);
    const tensor = this.weights.find(fullName);
    const type = this.weights.readsFewBits ? fewBitsType(tensor.dtype) : storedType(tensor.dtype);
    if (type === undefined) {
      throw new CheckpointError(`${describe(tensor)} has type ${tensor.dtype}, expected BF16, F32 or F16`);
    }
    if (shape.length !== tensor.shape.length || shape.some((size, axis) => size !== tensor.shape[axis])) {
      throw new CheckpointError(
        `${describe(tensor)} has shape ${describeShape(tensor.shape)}, expected ${describeShape(shape)}`,
      );
    }
    return { name: fullName, tensor, type };
  }

  private nameOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }
}

function describe(tensor: TensorEntry): string {
  return `${tensor.label}: tensor ${tensor.name}`;
}
