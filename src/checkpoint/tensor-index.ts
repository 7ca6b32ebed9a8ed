import type { GgufBlockType } from './gguf/block-types.js';

/** safetensors' names of the element types, with the bits of one element. */
export const DTYPE_BITS = {
  F64: 64,
  F32: 32,
  F16: 16,
  BF16: 16,
  F8_E4M3: 8,
  F8_E5M2: 8,
  F8_E8M0: 8,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F4: 4,
  C64: 64,
  I64: 64,
  I32: 32,
  I16: 16,
  I8: 8,
  U64: 64,
  U32: 32,
  U16: 16,
  U8: 8,
  BOOL: 8,
} as const;

export type SafetensorsDtype = keyof typeof DTYPE_BITS;

/** An element type of safetensors, or one of GGUF that has blocks of values. */
export type TensorDtype = SafetensorsDtype | GgufBlockType;

/** The components of a pipeline that hold tensors; each is the name of its folder. */
export type TensorComponent = 'transformer' | 'vae' | 'text_encoder';

/** Where one tensor lies, as it was written. */
export interface TensorEntry {
  /** The tensor's name in the file that holds it, which may differ from the index's canonical name. */
  readonly name: string;
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
  /** Real path of the file, relative to `Checkpoint.root`, with POSIX separators. */
  readonly file: string;
  /** Path of the file for messages, relative to the checkpoint's folder (links not resolved). */
  readonly label: string;
  /** Bytes from the file's start; may exceed 4 GB and may be odd. */
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
  /** What the stored values are multiplied by, where the file has a scale for the whole tensor (8-bit floats). */
  readonly scale?: number;
}

/** All tensors of one component under their canonical names. */
export interface TensorIndex {
  readonly component: TensorComponent;
  /** The file that lists the tensors, for messages: the shards' index, or the single weight file. */
  readonly label: string;
  readonly size: number;
  has(name: string): boolean;
  get(name: string): TensorEntry | undefined;
  /** Canonical names, in the files' order. */
  names(): IterableIterator<string>;
  /** How this checkpoint's files would spell a canonical name, for messages about a tensor that is missing. */
  nameInFiles(name: string): string;
}
