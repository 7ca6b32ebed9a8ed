import type { DeviceKind, Precision } from '../../protocol/device-settings.js';
import type { GraphName } from '../../graph/checkpoint-graphs.js';
import { modulationLength } from '../../graph/networks/modulation-layout.js';
import { ELEMENT_BYTES } from '../../graph/element-type.js';
import type { EditCheckpoint } from '../open-edit-checkpoint.js';
import { conditionIndex, type ConditionReader } from '../pipeline/variants/pipeline-variant.js';
import { sizeRules } from '../size-rules.js';
import { BYTES_AT_ONCE } from '../transformer/modulation-schedule.js';
import { precisionFormat } from './precisions.js';

/** Tokens of one prompt at most: the API's largest max_sequence_length, and the words of the template around it. */
const PROMPT_TOKENS = 1024 + 64;
const FLOAT = Float32Array.BYTES_PER_ELEMENT;

/** What the settings let the largest request ask for. */
export interface LargestRequest {
  /** Pixels of a result. */
  readonly outputPixels: number;
  /** References of one edit, where the checkpoint's class takes several. */
  readonly maxReferences: number;
}

/** Tokens of the largest request. */
export interface Extent {
  /** The language model's: the references', then prompt and negative prompt behind each other. */
  readonly promptTokens: number;
  /** The denoiser's: one prompt's, the target's and the references'. */
  readonly jointTokens: number;
  /** The vision tower's, of one reference. */
  readonly patches: number;
  /** What the VAE encodes at once: one reference, or with a mask the first one at the size that is made. */
  readonly encodedPixels: number;
  /** What the VAE decodes. */
  readonly madePixels: number;
}

/** The largest request that a checkpoint may get: with as many references as its class and the settings take. */
export function largestExtent(
  checkpoint: EditCheckpoint,
  { outputPixels, maxReferences: most }: LargestRequest,
): Extent {
  const { pipeline, textEncoder } = checkpoint;
  const maxReferences = Math.min(pipeline.maxReferences, most);
  const { patchSize, spatialMergeSize } = textEncoder.config.vision;
  const { conditionAreas, conditionFollowsSize, range, multiple } = sizeRules(checkpoint);
  // What is asked for outside the range is made within it, and resized.
  const madePixels = Math.max(range.minArea, Math.min(outputPixels, range.maxArea));
  const conditionPixels = (reader: ConditionReader): number =>
    conditionFollowsSize ? madePixels : (conditionAreas[conditionIndex(pipeline, reader)] ?? 0);
  const referencePixels = conditionPixels('vae');
  const patches = Math.ceil(conditionPixels('vision') / patchSize ** 2);
  const imageTokens = maxReferences * Math.ceil(patches / spatialMergeSize ** 2);
  const latentTokens = Math.ceil((madePixels + maxReferences * referencePixels) / multiple ** 2);
  return {
    promptTokens: imageTokens + 2 * PROMPT_TOKENS,
    jointTokens: imageTokens + PROMPT_TOKENS + latentTokens,
    patches,
    encodedPixels: Math.max(referencePixels, madePixels),
    madePixels,
  };
}

/**
 * The most that one run of each graph needs beside its weights, in bytes. The runtime reuses a tensor's memory once nothing
 * reads it any more, so it is the widest place of each network that counts:
 *
 * - denoiser, W = innerDim: in the feed-forward the residual stream, its normed copy and twice the 4·W inner values are alive
 *   (10·W a token); in the attention the stream, its normed copy, query, key and value with their rotated and concatenated
 *   forms (11·W). Attention itself is fused and keeps a sum a head. 12·W covers both; the modulation comes as float32, is cast
 *   and cut.
 * - language model: its mask keeps the runtime from fused attention, so heads·tokens² scores are alive twice (before and after
 *   the softmax) beside 12·hidden; in the feed-forward 4·intermediate beside 3·hidden.
 * - vision tower: fused attention, 12·hidden, or 4·intermediate beside 3·hidden.
 * - VAE, C channels of a level: a residual block holds its input, normed and activated copies and the convolution's input and
 *   output (5·C a pixel); the step up holds the wider level's channels a quarter at the smaller and once at the larger size,
 *   the convolution's output of half as many, and a copy of both in the layout that the convolution likes (3.25·C). The
 *   attention at the lowest level has 12·C there.
 */
export function activationBytes(
  checkpoint: EditCheckpoint,
  extent: Extent,
  precision: Precision,
  device: DeviceKind,
): Readonly<Record<GraphName, number>> {
  const bytes = ELEMENT_BYTES[precisionFormat(precision, device).computeType];
  const { config: language } = checkpoint.textEncoder;
  const { config: transformer } = checkpoint.transformer;
  const { vision } = language;
  const { promptTokens, jointTokens, patches, encodedPixels, madePixels } = extent;
  const vectorBytes = modulationLength(transformer) * FLOAT;
  // The references' goes along with the first steps.
  const stepsAtOnce = Math.max(1, Math.floor(BYTES_AT_ONCE / vectorBytes)) + (transformer.zeroCondT ? 1 : 0);
  const vectors = transformer.zeroCondT ? 2 : 1;
  const vaeValues = vaeValuesPerPixel(checkpoint);
  const scores = language.numHeads * promptTokens ** 2 * 2 * bytes + promptTokens ** 2 * (FLOAT + bytes);
  return {
    visionTower: patches * bytes * mlpOrAttention(vision.hiddenSize, vision.intermediateSize),
    languageModel: Math.max(
      scores + promptTokens * bytes * 12 * language.hiddenSize,
      promptTokens * bytes * (3 * language.hiddenSize + 4 * language.intermediateSize),
    ),
    promptProjection: PROMPT_TOKENS * (FLOAT + 3 * bytes) * transformer.jointAttentionDim,
    modulation: stepsAtOnce * vectorBytes * (1 + (3 * bytes) / FLOAT),
    denoiser: jointTokens * bytes * 12 * transformer.innerDim + vectors * vectorBytes * (1 + (2 * bytes) / FLOAT),
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
