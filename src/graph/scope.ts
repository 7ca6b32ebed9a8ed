import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import { describeShape } from '../checkpoint/describe-value.js';
import type { TensorEntry } from '../checkpoint/tensor-index.js';
import { elementCount, type ElementType } from './element-type.js';
import type { GraphBuilder, Value } from './graph-builder.js';
import { loraBranch, type LoraBranch } from './lora/lora-branch.js';
import { mul } from './ops.js';
import type { LinearFormat } from './quantization/linear-format.js';
import { linearForm, type BlockForm } from './quantization/stored-form.js';
import { fewBitsType, storedType } from './stored-type.js';
import type { TensorUse, Weights } from './weights.js';

export interface ParameterOptions {
  /** The shape in which the graph sees the same bytes; the checkpoint's unless given. */
  readonly as?: readonly number[];
  /** Take only this many of the first dimension: the rest of the tensor is dead. */
  readonly rows?: number;
  /** Leave the elements in the type in which they are stored, for a graph that casts what it makes of them. */
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

/** A linear layer's weight that was repacked from a GGUF type: codes, and scales and addends of their blocks. */
export interface BlockWeight {
  readonly form: BlockForm;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly codes: Value;
  readonly scales: Value;
  readonly addends: Value | undefined;
}

/** A linear layer's weight that stays in 8-bit floats. */
export interface Float8Weight {
  /** As stored. */
  readonly float8: Value;
  /** [out, in] */
  readonly shape: readonly [number, number];
  /** Of all of it. */
  readonly scale: number;
}

/** A linear layer's weight in the form that it has in memory; a plain value is of the compute type. */
export type LinearWeightValue = Value | QuantizedWeight | BlockWeight | Float8Weight;

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
  linearWeight(name: string, shape: readonly [number, number], rows: number): LinearWeightValue {
    const found = this.find(name, shape);
    const kind = this.inside === null || this.weights.isQuantizedByFile ? 'plain' : 'linear';
    const format = kind === 'linear' ? this.weights.formatOf(this.graph.name, found.name) : undefined;
    if (format === undefined) return this.storedWeight(found, shape, kind, rows);
    this.take(found, kind);
    const { location, codes, scales } = this.weights.quantized(found.name, found.tensor, format, rows, shape[1]);
    return {
      format,
      inFeatures: shape[1],
      outFeatures: rows,
      codes: this.graph.external({ name: found.name, location, ...codes }),
      scales: this.graph.external({ name: `${found.name}_scale`, location, ...scales }),
    };
  }

  /**
   * What LoRAs do to the linear layer at this place; null where none changes it.
   * @param rows outputs of the layer that are used, the first ones
   */
  lora(rows: number): LoraBranch | null {
    const stack = this.weights.loraStack(this.path);
    return stack === undefined ? null : loraBranch(this.graph, this.path, stack, rows);
  }

  /** A linear layer's weight in the form of its own type. */
  private storedWeight(
    found: FoundTensor,
    shape: readonly [number, number],
    kind: TensorUse['kind'],
    rows: number,
  ): LinearWeightValue {
    const { name, tensor, type } = found;
    const form = linearForm(tensor.dtype, shape[1], this.graph.computeType);
    if (form.kind === 'floats') return this.declare(found, shape, kind, { rows });
    this.take(found, kind, true);
    if (form.kind === 'float8') {
      return {
        float8: this.stored(name, tensor, type, [rows, shape[1]], { rows, of: shape[0] }),
        shape: [rows, shape[1]],
        scale: tensor.scale ?? 1,
      };
    }
    const source = { name, tensor, rows, columns: shape[1] };
    const { location } = this.weights.repacked;
    const { codes, scales, addends } = this.weights.repacked.placeBlocks(source, form);
    return {
      form,
      inFeatures: shape[1],
      outFeatures: rows,
      codes: this.graph.external({ name, location, ...codes }),
      scales: this.graph.external({ name: `${name}_scale`, location, ...scales }),
      addends: addends === null ? undefined : this.graph.external({ name: `${name}_addend`, location, ...addends }),
    };
  }

  /** Declares an initializer that points into the checkpoint's file, or to where the tensor was repacked as floats. */
  private declare(
    found: FoundTensor,
    shape: readonly number[],
    kind: TensorUse['kind'],
    options: ParameterOptions,
  ): Value {
    const { name, tensor, type } = found;
    const [allRows = 1, ...rest] = shape;
    const rows = options.rows ?? allRows;
    this.take(found, kind);
    const seen = options.as ?? [...(shape.length > 0 ? [rows] : []), ...rest];
    const stored = this.stored(name, tensor, type, seen, { rows, of: allRows });
    const value = options.asStored === true ? stored : this.graph.cast(stored, this.graph.computeType);
    return tensor.scale === undefined ? value : mul(value, tensor.scale);
  }

  /**
   * An initializer with a tensor's first values.
   * @param part its rows that are seen, of all rows
   */
  private stored(
    name: string,
    tensor: TensorEntry,
    type: ElementType | null,
    shape: readonly number[],
    part: { readonly rows: number; readonly of: number },
  ): Value {
    if (type === null) {
      const columns = tensor.shape.at(-1) ?? 1;
      const rows = (elementCount(tensor.shape) / columns / part.of) * part.rows;
      const { location } = this.weights.repacked;
      const { offset, length } = this.weights.repacked.placeFloats({ name, tensor, rows, columns });
      return this.graph.external({ name, type: 'float32', shape, location, offset, length });
    }
    const location = this.weights.location(tensor);
    return this.graph.external({
      name,
      type,
      shape,
      location,
      offset: tensor.offset,
      length: (tensor.length / part.of) * part.rows,
    });
  }

  private take({ name, tensor }: FoundTensor, kind: TensorUse['kind'], keepsForm = false): void {
    this.weights.take({ name, tensor, block: this.inside?.number ?? null, kind, keepsForm });
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

/** A tensor that was found to be as the network needs it. */
interface FoundTensor {
  readonly name: string;
  readonly tensor: TensorEntry;
  /** Null for a type that no graph reads as it lies. */
  readonly type: ElementType | null;
}

function describe(tensor: TensorEntry): string {
  return `${tensor.label}: tensor ${tensor.name}`;
}
