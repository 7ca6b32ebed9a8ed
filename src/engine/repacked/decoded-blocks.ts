/** What blocks of a GGUF type hold: each value is scale · code + addend, with its group's scale and addend. */
export interface DecodedBlocks {
  /** Centred on zero. */
  readonly codes: Int8Array;
  /** One for each group of values. */
  readonly scales: Float32Array;
  /** The same; zeros for types without minima. */
  readonly addends: Float32Array;
}

/**
 * Decodes one block.
 * @param bytes with the block at `at`
 * @param out gets its codes from `value` on, and its scales and addends from `group` on
 */
export type DecodeBlock = (bytes: Uint8Array, at: number, out: DecodedBlocks, value: number, group: number) => void;
