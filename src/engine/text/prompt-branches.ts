/** A prompt as the language model reads it. */
export interface PromptSequence {
  /** int32 [tokens] */
  readonly inputIds: Int32Array;
  /** int32 [3, tokens] */
  readonly positions: Int32Array;
}

/** Prompts that begin alike, as one sequence: what they share, then the rest of each. */
export interface PromptBranches {
  /** int32 [tokens] */
  readonly inputIds: Int32Array;
  /** int32 [3, tokens] */
  readonly positions: Int32Array;
  /** float32 [tokens, tokens]: 0 where the row's token sees the column's, else HIDDEN. */
  readonly bias: Float32Array;
  /** Tokens that all prompts share. */
  readonly shared: number;
  /** Tokens of each prompt behind the shared ones. */
  readonly rests: readonly number[];
}

/** Added to a score, it leaves nothing of it after the softmax. */
const HIDDEN = -1e30;
const AXES = 3;

/**
 * Joins prompts about one picture so that the template's head and the picture, which come first, are computed once: the
 * language model is causal, so what comes later doesn't change them. Each branch sees the shared part and itself.
 */
export function joinPrompts(prompts: readonly [PromptSequence, ...PromptSequence[]]): PromptBranches {
  const shared = commonPrefix(prompts.map(({ inputIds }) => inputIds));
  const rests = prompts.map(({ inputIds }) => inputIds.length - shared);
  const tokens = rests.reduce((sum, rest) => sum + rest, shared);
  const inputIds = new Int32Array(tokens);
  const positions = new Int32Array(AXES * tokens);
  const bias = new Float32Array(tokens * tokens).fill(HIDDEN);
  let start = 0;
  for (const [branch, prompt] of prompts.entries()) {
    const length = prompt.inputIds.length;
    // The first branch brings the shared tokens along.
    const from = branch === 0 ? 0 : shared;
    inputIds.set(prompt.inputIds.subarray(from), start);
    for (let axis = 0; axis < AXES; axis += 1) {
      positions.set(prompt.positions.subarray(axis * length + from, (axis + 1) * length), axis * tokens + start);
    }
    for (let token = start; token < start + length - from; token += 1) {
      const row = token * tokens;
      bias.fill(0, row, row + Math.min(shared, token + 1));
      bias.fill(0, row + (branch === 0 ? 0 : start), row + token + 1);
    }
    start += length - from;
  }
  return { inputIds, positions, bias, shared, rests };
}

/**
 * Cuts the joined sequence's rows into the prompts' own again.
 * @param rows float32 [tokens, width]: the joined sequence's results
 * @param dropped positions that each prompt loses at its front
 * @returns for each prompt [its tokens − dropped, width]
 */
export function separatePrompts(
  rows: Float32Array,
  { shared, rests }: PromptBranches,
  dropped: number,
  width: number,
): Float32Array[] {
  let start = shared;
  return rests.map((rest) => {
    const own = new Float32Array((shared + rest) * width);
    own.set(rows.subarray(0, shared * width));
    own.set(rows.subarray(start * width, (start + rest) * width), shared * width);
    start += rest;
    return own.subarray(dropped * width);
  });
}

function commonPrefix(sequences: readonly Int32Array[]): number {
  const [first, ...others] = sequences;
  const end = first?.findIndex((id, index) => others.some((other) => other[index] !== id)) ?? 0;
  return end < 0 ? (first?.length ?? 0) : end;
}
