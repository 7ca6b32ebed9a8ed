import type { GraphName } from '../../graph/checkpoint-graphs.js';
import { modulationLength } from '../../graph/networks/modulation-layout.js';
import type { EditCheckpoint } from '../open-edit-checkpoint.js';
import { stepsAtOnce } from '../transformer/modulation-schedule.js';
import { jointTokens, type Extent } from './request-extent.js';

const FLOAT = Float32Array.BYTES_PER_ELEMENT;

/**
 * The most that one run of each graph needs beside its weights on the CPU, in bytes: it computes in float32. The runtime reuses a tensor's memory once nothing
 * reads it any more, so it is the widest place of each network that counts:
 *
 * - denoiser, W = innerDim: in the feed-forward the residual stream, its normed copy and twice the 4·W inner values are alive
 *   (10·W a token); in the attention the stream, its normed copy, query, key and value with their rotated and concatenated
 *   forms (11·W). Attention itself is fused and keeps a sum a head. 12·W covers both, and the sums of LoRAs, which take the
 *   inner values' place; the modulation comes as float32 and is cut.
 * - language model: its mask keeps the runtime from fused attention, so heads·tokens² scores are alive twice (before and after
 *   the softmax) beside 12·hidden; in the feed-forward 4·intermediate beside 3·hidden.
 * - vision tower: fused attention, 12·hidden, or 4·intermediate beside 3·hidden.
 * - VAE, C channels of a level: a residual block holds its input, normed and activated copies and the convolution's input and
 *   output (5·C a pixel); the step up holds the wider level's channels a quarter at the smaller and once at the larger size,
 *   the convolution's output of half as many, and a copy of both in the layout that the convolution likes (3.25·C). The
 *   attention at the lowest level has 12·C there.
 */
export function activationBytes(checkpoint: EditCheckpoint, extent: Extent): Readonly<Record<GraphName, number>> {
  const bytes = FLOAT;
  const { config: language } = checkpoint.textEncoder;
  const { config: transformer } = checkpoint.transformer;
  const { vision } = language;
  const { languageTokens, textTokens, patches, encodedPixels, madePixels } = extent;
  const vector = modulationLength(transformer);
  const vectorBytes = vector * FLOAT;
  // The references' goes along with the first steps.
  const steps = stepsAtOnce(vector) + (transformer.zeroCondT ? 1 : 0);
  const vectors = transformer.zeroCondT ? 2 : 1;
  const vaeValues = vaeValuesPerPixel(checkpoint);
  const scores = language.numHeads * languageTokens ** 2 * 2 * bytes + languageTokens ** 2 * (FLOAT + bytes);
  return {
    visionTower: patches * bytes * mlpOrAttention(vision.hiddenSize, vision.intermediateSize),
    languageModel: Math.max(
      scores + languageTokens * bytes * 12 * language.hiddenSize,
      languageTokens * bytes * (3 * language.hiddenSize + 4 * language.intermediateSize),
    ),
    promptProjection: textTokens * (FLOAT + 3 * bytes) * transformer.jointAttentionDim,
    modulation: steps * vectorBytes * (1 + (3 * bytes) / FLOAT),
    denoiser:
      jointTokens(extent) * bytes * 12 * transformer.innerDim + vectors * vectorBytes * (1 + (2 * bytes) / FLOAT),
    vaeEncoder: encodedPixels * bytes * vaeValues,
    vaeDecoder: madePixels * bytes * vaeValues,
  };
}

function mlpOrAttention(hidden: number, intermediate: number): number {
  return Math.max(12 * hidden, 3 * hidden + 4 * intermediate);
}

/** Values that the VAE has alive for each pixel of the picture at its widest place. */
function vaeValuesPerPixel({ vae }: EditCheckpoint): number {
  const widths = vae.config.dimMult.map((multiplier) => multiplier * vae.config.baseDim);
  const levels = widths.map((channels, level) => {
    const wider = widths[level + 1] ?? 0;
    return Math.max(5 * channels, 3.25 * wider) / 4 ** level;
  });
  const lowest = (12 * (widths.at(-1) ?? 0)) / 4 ** (widths.length - 1);
  return Math.max(...levels, lowest);
}
