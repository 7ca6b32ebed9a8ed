/** A type of GGUF whose values lie in blocks along a row: ggml's number of it, and a block's values and bytes. */
interface BlockType {
  readonly id: number;
  readonly values: number;
  readonly bytes: number;
}

/** The quantized types that are read, by ggml's names (ggml-common.h has their layouts). */
export const GGUF_BLOCKS = {
  Q4_0: { id: 2, values: 32, bytes: 18 },
  Q4_1: { id: 3, values: 32, bytes: 20 },
  Q5_0: { id: 6, values: 32, bytes: 22 },
  Q5_1: { id: 7, values: 32, bytes: 24 },
  Q8_0: { id: 8, values: 32, bytes: 34 },
  Q2_K: { id: 10, values: 256, bytes: 84 },
  Q3_K: { id: 11, values: 256, bytes: 110 },
  Q4_K: { id: 12, values: 256, bytes: 144 },
  Q5_K: { id: 13, values: 256, bytes: 176 },
  Q6_K: { id: 14, values: 256, bytes: 210 },
} as const satisfies Record<string, BlockType>;

export type GgufBlockType = keyof typeof GGUF_BLOCKS;

export const isGgufBlockType = (dtype: string): dtype is GgufBlockType => Object.hasOwn(GGUF_BLOCKS, dtype);

/** The types whose values lie one by one, which safetensors has, too. */
const PLAIN_TYPES = { 0: 'F32', 1: 'F16', 30: 'BF16' } as const;

/** ggml's names of what is not read, so that a refusal can say what it met. */
const OTHER_TYPES: Readonly<Record<number, string>> = {
  9: 'Q8_1',
  15: 'Q8_K',
  16: 'IQ2_XXS',
  17: 'IQ2_XS',
  18: 'IQ3_XXS',
  19: 'IQ1_S',
  20: 'IQ4_NL',
  21: 'IQ3_S',
  22: 'IQ2_S',
  23: 'IQ4_XS',
  24: 'I8',
  25: 'I16',
  26: 'I32',
  27: 'I64',
  28: 'F64',
  29: 'IQ1_M',
  34: 'TQ1_0',
  35: 'TQ2_0',
  39: 'MXFP4',
  40: 'NVFP4',
};

/** All that is read, for messages. */
export const READ_TYPES = [...Object.values(PLAIN_TYPES), ...Object.keys(GGUF_BLOCKS)].join(', ');

/** The type with ggml's number `id`; undefined where it is not read. */
export function ggufType(id: number): GgufBlockType | (typeof PLAIN_TYPES)[keyof typeof PLAIN_TYPES] | undefined {
  if (Object.hasOwn(PLAIN_TYPES, id)) return PLAIN_TYPES[id as keyof typeof PLAIN_TYPES];
  return (Object.keys(GGUF_BLOCKS) as GgufBlockType[]).find((name) => GGUF_BLOCKS[name].id === id);
}

/** What ggml calls the number of a type. */
export const ggufTypeName = (id: number): string => OTHER_TYPES[id] ?? `number ${id}`;
