import { TIMESTEP_CHANNELS, type TransformerConfig } from '../../../checkpoint/transformer-config.js';
import { blockPieces, modulationLength, outPieces } from '../../../graph/networks/modulation-layout.js';
import { linearRun, type LinearRun } from './linear-run.js';
import type { Held, RunMemory } from './run-memory.js';

const FLOAT = Float32Array.BYTES_PER_ELEMENT;
const ROWS_OF_BLOCK = 6;

/** What the linear layer of that name takes, and the bytes of a value. */
export interface NamedSizes {
  readonly linear: (name: string) => LinearRun;
  readonly bytes: number;
}

/** Runs the prompt's projection as the CUDA provider does (graph/networks/prompt-projection.ts). */
export function promptProjectionRun(
  memory: RunMemory,
  { jointAttentionDim, innerDim }: TransformerConfig,
  tokens: number,
  { linear, bytes }: NamedSizes,
): void {
  memory.run([tokens * jointAttentionDim * FLOAT], () => {
    const values = tokens * jointAttentionDim * bytes;
    const normed = memory.from(values, memory.tensor(values));
    const product = { tokens, inFeatures: jointAttentionDim, outFeatures: innerDim, bytes };
    const text = linearRun(memory, linear('txt_in'), product);
    memory.drop(normed);
    return [memory.from(tokens * innerDim * FLOAT, text)];
  });
}

/** Runs the modulation as the CUDA provider does (graph/networks/modulation.ts). @param steps made at once */
export function modulationRun(
  memory: RunMemory,
  config: TransformerConfig,
  steps: number,
  { linear, bytes }: NamedSizes,
): void {
  const { innerDim: width, numLayers } = config;
  memory.run([steps * TIMESTEP_CHANNELS * FLOAT], () => {
    const piece = (...from: readonly Held[]): Held => memory.from(steps * width * bytes, ...from);
    const conditioning = piece();
    /** The first pieces of a layer's result, with 1 added to scales. */
    const pieces = (name: string, rows: number, parts: readonly { readonly part: string }[]): Held[] => {
      const product = { tokens: steps, inFeatures: width, outFeatures: rows * width, bytes };
      const all = linearRun(memory, linear(name), product);
      const made = parts.map(() => piece());
      memory.drop(all);
      return made.map((each, index) => (parts[index]?.part === 'scale' ? piece(each) : each));
    };
    const out = outPieces().map((part) => ({ part }));
    const all = pieces('norm_out.linear', out.length, out);
    for (let block = 0; block < numLayers; block += 1) {
      for (const layer of ['img_mod.1', 'txt_mod.1'] as const) {
        const parts = blockPieces(config, block).filter((each) => each.layer === layer);
        all.push(...pieces(`transformer_blocks.${block}.${layer}`, Math.min(ROWS_OF_BLOCK, parts.length), parts));
      }
    }
    const values = steps * modulationLength(config);
    const joined = memory.from(values * bytes, conditioning, ...all);
    return [memory.from(values * FLOAT, joined)];
  });
}
