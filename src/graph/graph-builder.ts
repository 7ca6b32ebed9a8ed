import {
  encodeModel,
  type Attribute,
  type GraphTensor,
  type Initializer,
  type Node,
  type Subgraph,
} from './onnx-model.js';
import { everyBfloat16 } from './bfloat16.js';
import type { ElementType } from './element-type.js';
import { HALF_VALUES } from './half-values.js';

/** The type in which a network computes: its outputs and most of its inputs stay float32 whatever it is. */
export type ComputeType = Extract<ElementType, 'float32' | 'bfloat16'>;

/** The type of a graph input as the binding takes it, which refuses bfloat16. */
export type InputType = Extract<ElementType, 'float32' | 'int64' | 'int32' | 'uint16' | 'bool'>;

/** The type of a graph output. */
export type OutputType = Extract<ElementType, 'float32' | 'float16'>;

/** Dimensions of a graph input; a string names a dynamic one. */
export type Dimensions = readonly (number | string)[];

/** A tensor inside a graph under construction: the result of a node, an input or an initializer. */
export interface Value {
  readonly graph: GraphBuilder;
  readonly name: string;
  readonly type: ElementType;
}

export interface NodeOptions {
  /** Operator set; ONNX' own unless given. */
  readonly domain?: 'com.microsoft';
  /** Type of the results; that of the first input unless given. */
  readonly type?: ElementType;
}

/**
 * Collects the nodes of one ONNX graph in the order in which they are made, which is a topological one.
 * Nothing here knows a network: operators are in ops.ts, layers in nn/, networks in networks/.
 */
export class GraphBuilder {
  private nodes: Node[] = [];
  private readonly inputs: GraphTensor[] = [];
  private readonly inputValues = new Map<string, Value>();
  private readonly outputs: GraphTensor[] = [];
  private readonly initializers: Initializer[] = [];
  private readonly constants = new Map<string, Value>();
  private valueCount = 0;

  constructor(
    readonly name: string,
    readonly computeType: ComputeType,
  ) {}

  /**
   * Declares an input; one that is declared already is the same. Float inputs are float32 outside and of the compute type
   * inside (see packed-input.ts for those that cross the bus in fewer bytes).
   */
  input(name: string, type: InputType, shape: Dimensions): Value {
    const known = this.inputValues.get(name);
    if (known !== undefined) return known;
    this.inputs.push({ name, type, shape });
    const outside: Value = { graph: this, name, type };
    const value = type === 'float32' ? this.cast(outside, this.computeType) : outside;
    this.inputValues.set(name, value);
    return value;
  }

  /** Declares `value` as the output `name`, as float32 unless another type is given. */
  output(name: string, value: Value, shape: Dimensions, type: OutputType = 'float32'): void {
    const given = this.cast(value, type);
    this.nodes.push({ opType: 'Identity', domain: '', inputs: [given.name], outputs: [name], attributes: {} });
    this.outputs.push({ name, type, shape });
  }

  /** Adds a node with one result; `undefined` stands for an optional input that is left out. */
  node(
    opType: string,
    inputs: readonly (Value | undefined)[],
    attributes: Record<string, Attribute> = {},
    options: NodeOptions = {},
  ): Value {
    const [value] = this.nodeWithResults(1, opType, inputs, attributes, options);
    if (value === undefined) throw new Error(`${opType} has no result`);
    return value;
  }

  /** Adds a node with `count` results, all of one type. */
  nodeWithResults(
    count: number,
    opType: string,
    inputs: readonly (Value | undefined)[],
    attributes: Record<string, Attribute> = {},
    options: NodeOptions = {},
  ): Value[] {
    const type = options.type ?? inputs[0]?.type ?? this.computeType;
    const results = Array.from({ length: count }, () => this.newValue(opType, type));
    this.nodes.push({
      opType,
      domain: options.domain ?? '',
      inputs: inputs.map((value) => value?.name ?? ''),
      outputs: results.map((value) => value.name),
      attributes,
    });
    return results;
  }

  /**
   * One of two values, of which only that is computed.
   * @param condition bool, one element
   * @param then, otherwise make the values, of one type
   */
  choose(condition: Value, then: () => Value, otherwise: () => Value): Value {
    const [thenBranch, type] = this.subgraph('then', then);
    const [elseBranch] = this.subgraph('else', otherwise);
    return this.node(
      'If',
      [condition],
      { then_branch: { subgraph: thenBranch }, else_branch: { subgraph: elseBranch } },
      { type },
    );
  }

  /** `value` as `type`; the same value where nothing is to do. */
  cast(value: Value, type: ElementType): Value {
    return value.type === type ? value : this.node('Cast', [value], { to: { elementType: type } }, { type });
  }

  /** An int64 vector: shapes, axes, sizes. */
  int64s(values: readonly number[]): Value {
    return this.constant(`int64 [${values.join(', ')}]`, 'int64', [values.length], values);
  }

  /** A byte. */
  uint8(value: number): Value {
    return this.constant(`uint8 ${value}`, 'uint8', [], [value]);
  }

  /** An int32 scalar. */
  int32(value: number): Value {
    return this.constant(`int32 ${value}`, 'int32', [], [value]);
  }

  /** A vector (or, without one, a scalar), of the compute type unless given. */
  floats(values: readonly number[] | number, type: ComputeType = this.computeType): Value {
    return typeof values === 'number'
      ? this.constant(`${type} ${values}`, type, [], [values])
      : this.constant(`${type} [${values.join(', ')}]`, type, [values.length], values);
  }

  /** Every bfloat16 value, in the order of their bits: what stands at a place has the place's bits. */
  everyBfloat16(): Value {
    const values = everyBfloat16();
    return this.constant('every bfloat16', 'bfloat16', [values.length], values);
  }

  /** Every float16 value in the same way, as float32. */
  everyFloat16(): Value {
    return this.constant('every float16', 'float32', [HALF_VALUES.length], HALF_VALUES);
  }

  /** Declares an initializer whose bytes lie in a file (see Scope, which checks them against the checkpoint). */
  external(initializer: Extract<Initializer, { location: unknown }>): Value {
    this.initializers.push(initializer);
    return { graph: this, name: initializer.name, type: initializer.type };
  }

  /** The finished ModelProto, encoded. */
  encode(): Uint8Array {
    return encodeModel({
      name: this.name,
      nodes: this.nodes,
      inputs: this.inputs,
      outputs: this.outputs,
      initializers: this.initializers,
    });
  }

  /** Collects the nodes that `make` adds; their result gets a name that is theirs alone. */
  private subgraph(name: string, make: () => Value): [Subgraph, ElementType] {
    const outer = this.nodes;
    this.nodes = [];
    const { name: output, type } = this.node('Identity', [make()]);
    const inner = { name, nodes: this.nodes, output: { name: output, type } };
    this.nodes = outer;
    return [inner, type];
  }

  private constant(name: string, type: ElementType, shape: readonly number[], values: ArrayLike<number>): Value {
    const known = this.constants.get(name);
    if (known !== undefined) return known;
    this.initializers.push({ name, type, shape, values });
    const value: Value = { graph: this, name, type };
    this.constants.set(name, value);
    return value;
  }

  private newValue(opType: string, type: ElementType): Value {
    this.valueCount += 1;
    return { graph: this, name: `${opType}_${this.valueCount}`, type };
  }
}
