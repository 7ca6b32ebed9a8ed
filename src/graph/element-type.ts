/** Element types that the graphs compute with or index by, under ONNX' names. */
export type ElementType = 'float32' | 'bfloat16' | 'float16' | 'int64' | 'uint8';
