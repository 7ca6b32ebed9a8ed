import type { GraphBuilder } from './graph-builder.js';

/** Element types that the graphs compute with or index by, under ONNX' names. */
export type ElementType = 'float32' | 'bfloat16' | 'float16' | 'int64';

/** A tensor inside a graph under construction: the result of a node, an input or an initializer. */
export interface Value {
  readonly graph: GraphBuilder;
  readonly name: string;
  readonly type: ElementType;
}
