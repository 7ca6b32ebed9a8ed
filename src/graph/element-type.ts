/** Element types that the graphs compute with or index by, under ONNX' names. */
export type ElementType =
  | 'float32'
  | 'bfloat16'
  | 'float16'
  | 'float8e4m3fn'
  | 'float8e5m2'
  | 'int64'
  | 'int32'
  | 'uint16'
  | 'uint8'
  | 'int8'
  | 'bool';

/** Bytes of one element. */
export const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = {
  float32: 4,
  bfloat16: 2,
  float16: 2,
  float8e4m3fn: 1,
  float8e5m2: 1,
  int64: 8,
  int32: 4,
  uint16: 2,
  uint8: 1,
  int8: 1,
  bool: 1,
};

/** Elements of a tensor of that shape. */
export const elementCount = (shape: readonly number[]): number => shape.reduce((count, side) => count * side, 1);
