import type { BlockFormat, LinearFormat, ScaleForm } from './linear-format.js';

/** The ways in which a checkpoint's linear layers are quantized: two for the CPU's float32, two for bfloat16 on a GPU. */
export type Quantization = 'int8-dynamic' | 'int4-blocks' | 'int8-bfloat16' | 'int4-bfloat16';

/** How the linear layers' weights of a quantization are rounded. */
interface Formats {
  /** Weights in 4 bits have short blocks: the difference can be seen in the picture. */
  readonly denoiser: LinearFormat;
  readonly modulation: BlockFormat;
  readonly text: BlockFormat;
  /** For weights that 4 bits don't hold well enough. */
  readonly finer: BlockFormat;
}

/** Of what `finer` has for each code. */
export const FINER_BITS = 8;

const CHANNELS: LinearFormat = { kind: 'channels' };

const FLOAT32: ScaleForm = { type: 'float32', bits: 24, tried: 1 };
const CPU_8: BlockFormat = { kind: 'blocks', bits: 8, blockSize: 128, scales: FLOAT32, floatsBy: 'kernel' };
const CPU_4: BlockFormat = { ...CPU_8, bits: 4, blockSize: 32 };
const CPU_FINER: BlockFormat = { ...CPU_8, blockSize: 32 };

const BFLOAT16: ScaleForm = { type: 'bfloat16', bits: 8, tried: 1 };
/** The product of 4 bits and 4 bits is a bfloat16: MatMulNBits has nothing to round. */
const FEW_BITS: ScaleForm = { type: 'bfloat16', bits: 4, tried: 3 };
const GPU_8: BlockFormat = { kind: 'blocks', bits: 8, blockSize: 128, scales: BFLOAT16, floatsBy: 'cast' };
const GPU_4: BlockFormat = { kind: 'blocks', bits: 4, blockSize: 32, scales: FEW_BITS, floatsBy: 'kernel' };
/** With up to 16 rows MatMulNBits adds up a row's products in bfloat16, and the modulation has no more. */
const GPU_4_FEW_ROWS: BlockFormat = { ...GPU_4, floatsBy: 'gather' };
const GPU_FINER: BlockFormat = { ...GPU_8, blockSize: 32, floatsBy: 'gather' };

/**
 * Only the CPU's denoiser has its inputs rounded: it runs at every step, so it has the most to gain. The text encoder runs once a
 * prompt and its inputs have values far outside of the rest; the modulation runs once a schedule on a few rows.
 */
const FORMATS: Readonly<Record<Quantization, Formats>> = {
  'int8-dynamic': { denoiser: CHANNELS, modulation: CPU_8, text: CPU_8, finer: CPU_FINER },
  'int4-blocks': { denoiser: CPU_4, modulation: CPU_4, text: CPU_4, finer: CPU_FINER },
  'int8-bfloat16': { denoiser: GPU_8, modulation: GPU_8, text: GPU_8, finer: GPU_FINER },
  'int4-bfloat16': { denoiser: GPU_4, modulation: GPU_4_FEW_ROWS, text: GPU_4, finer: GPU_FINER },
};

/** The format of weights that 4 bits don't hold well enough. */
export const finerFormat = (quantization: Quantization): BlockFormat => FORMATS[quantization].finer;

/** Half a byte for one in twenty of the transformer's parameters in blocks; the most of a byte that they get on average. */
const ADDED_BYTES_A_PARAMETER = 0.05 * 0.5;
/** Memory that is worth no loss in quality, whatever the checkpoint's size. */
const ADDED_BYTES_AT_LEAST = 2 ** 24;

/**
 * Bytes by which the transformer's weights in blocks may grow for those that are sensitive: a plan for a small GPU counts with it.
 * @param parameters that are to be quantized in blocks
 */
export const sensitiveBytes = (parameters: number): number =>
  Math.max(ADDED_BYTES_AT_LEAST, ADDED_BYTES_A_PARAMETER * parameters);

/** Weights that are too sensitive to be quantized as the others are. */
export interface SensitiveWeights {
  /** They stay as the checkpoint has them. */
  readonly kept: readonly string[];
  /** They get 8 bits where the others get 4. */
  readonly finer: readonly string[];
}

/**
 * What a linear layer's weight in one of a network's blocks is quantized to, by the graph that reads it; undefined where it
 * stays as it is.
 */
export type LinearRecipe = (graph: string, tensor: string) => LinearFormat | undefined;

/** Which linear layers of the blocks are quantized, and how; what stands outside of blocks (Scope.block) is never asked about. */
export function linearRecipe(
  quantization: Quantization,
  sensitive: SensitiveWeights = { kept: [], finer: [] },
): LinearRecipe {
  const [kept, finer] = [new Set(sensitive.kept), new Set(sensitive.finer)];
  const formats = FORMATS[quantization];
  return (graph, tensor) => {
    if (kept.has(tensor)) return undefined;
    if (finer.has(tensor)) return formats.finer;
    return graph === 'denoiser' || graph === 'modulation' ? formats[graph] : formats.text;
  };
}
