import onnxProto from 'onnx-proto';
import { bfloat16Bits } from './bfloat16.js';
import type { ElementType } from './element-type.js';

const { onnx } = onnxProto;

/** ONNX' operator set that the graphs are written in. */
export const OPSET_VERSION = 23;
/** The file format's version that goes with it. */
const IR_VERSION = 11;

/** TensorProto.DataType, which onnx-proto's table does not hold whole. */
const DATA_TYPE: Readonly<Record<ElementType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  bfloat16: 16,
  float8e4m3fn: 17,
  float8e5m2: 19,
};

/** A node's attribute: an integer, a float, a list of integers, or the nodes that it may run. */
export type Attribute =
  | number
  | readonly number[]
  | { readonly float: number }
  | { readonly elementType: ElementType }
  | { readonly subgraph: Subgraph };

/** Nodes that another node runs; they see every value that stands before it. */
export interface Subgraph {
  readonly name: string;
  readonly nodes: readonly Node[];
  /** The value that they are run for. */
  readonly output: { readonly name: string; readonly type: ElementType };
}

export interface Node {
  readonly opType: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** An input or an output. */
export interface GraphTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | string)[];
}

/** A constant inside the model, or one that lies in a file below the session's folder for external data. */
export type Initializer =
  | {
      readonly name: string;
      readonly type: ElementType;
      readonly shape: readonly number[];
      readonly values: ArrayLike<number>;
    }
  | {
      readonly name: string;
      readonly type: ElementType;
      readonly shape: readonly number[];
      /** Relative path, with slashes. */
      readonly location: string;
      /** Bytes from the file's start; may pass 4 GB. */
      readonly offset: number;
      readonly length: number;
    };

export interface Model {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly inputs: readonly GraphTensor[];
  readonly outputs: readonly GraphTensor[];
  readonly initializers: readonly Initializer[];
}

/** Encodes a ModelProto (onnx.proto of ONNX 1.18 and later). */
export function encodeModel(model: Model): Uint8Array {
  return onnx.ModelProto.encode({
    irVersion: IR_VERSION,
    producerName: 'qwen-image-edit-service',
    opsetImport: [
      { domain: '', version: OPSET_VERSION },
      { domain: 'com.microsoft', version: 1 },
    ],
    graph: {
      name: model.name,
      node: model.nodes.map(nodeProto),
      input: model.inputs.map(valueInfoProto),
      output: model.outputs.map(valueInfoProto),
      initializer: model.initializers.map(tensorProto),
    },
  }).finish();
}

function valueInfoProto({ name, type, shape }: GraphTensor): onnxProto.onnx.IValueInfoProto {
  return { name, type: { tensorType: { elemType: DATA_TYPE[type], shape: { dim: shape.map(dimension) } } } };
}

function dimension(size: number | string): { dimValue: number } | { dimParam: string } {
  return typeof size === 'number' ? { dimValue: size } : { dimParam: size };
}

function nodeProto(node: Node): onnxProto.onnx.INodeProto {
  return {
    name: node.outputs[0] ?? node.opType,
    opType: node.opType,
    domain: node.domain,
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: Object.entries(node.attributes).map(([name, value]) => attributeProto(name, value)),
  };
}

function attributeProto(name: string, value: Attribute): onnxProto.onnx.IAttributeProto {
  const { AttributeType } = onnx.AttributeProto;
  if (typeof value === 'number') return { name, type: AttributeType.INT, i: value };
  if ('float' in value) return { name, type: AttributeType.FLOAT, f: value.float };
  if ('elementType' in value) return { name, type: AttributeType.INT, i: DATA_TYPE[value.elementType] };
  if ('subgraph' in value) return { name, type: AttributeType.GRAPH, g: subgraphProto(value.subgraph) };
  return { name, type: AttributeType.INTS, ints: [...value] };
}

function subgraphProto({ name, nodes, output }: Subgraph): onnxProto.onnx.IGraphProto {
  const type = { tensorType: { elemType: DATA_TYPE[output.type] } };
  return { name, node: nodes.map(nodeProto), output: [{ name: output.name, type }] };
}

function tensorProto(initializer: Initializer): onnxProto.onnx.ITensorProto {
  const { name, type, shape } = initializer;
  const head = { name, dataType: DATA_TYPE[type], dims: [...shape] };
  if ('values' in initializer) return { ...head, rawData: rawData(type, initializer.values) };
  return {
    ...head,
    dataLocation: onnx.TensorProto.DataLocation.EXTERNAL,
    externalData: [
      { key: 'location', value: initializer.location },
      { key: 'offset', value: String(initializer.offset) },
      { key: 'length', value: String(initializer.length) },
    ],
  };
}

function rawData(type: ElementType, values: ArrayLike<number>): Uint8Array {
  switch (type) {
    case 'float32':
      return new Uint8Array(Float32Array.from(values).buffer);
    case 'uint8':
    case 'bool':
      return Uint8Array.from(values);
    case 'int8':
      return new Uint8Array(Int8Array.from(values).buffer);
    case 'int64':
      return new Uint8Array(BigInt64Array.from(Array.from(values), BigInt).buffer);
    case 'bfloat16':
      return new Uint8Array(bfloat16Bits(Float32Array.from(values)).buffer);
    case 'float16':
    case 'float8e4m3fn':
    case 'float8e5m2':
      throw new Error(`${type} constants are not written: the networks don't compute in it`);
    case 'int32':
      return new Uint8Array(Int32Array.from(values).buffer);
    case 'uint16':
      throw new Error(`${type} constants are not written: the networks only take it in`);
  }
}
