import { ELEMENT_BYTES } from '../../../graph/element-type.js';
import type { GraphName } from '../../../graph/checkpoint-graphs.js';
import type { LayerRange } from '../../../graph/networks/layer-range.js';
import { modulationLength } from '../../../graph/networks/modulation-layout.js';
import type { Precision } from '../../../protocol/device-settings.js';
import type { EditCheckpoint } from '../../open-edit-checkpoint.js';
import { stepsAtOnce } from '../../transformer/modulation-schedule.js';
import { precisionFormat } from '../precisions.js';
import type { Extent } from '../request-extent.js';
import { denoiserRun } from './denoiser-run.js';
import { languageModelRun } from './language-run.js';
import type { LinearRuns } from './linear-runs.js';
import { RunMemory } from './run-memory.js';
import { modulationRun, promptProjectionRun } from './schedule-runs.js';
import { vaeDecoderRun, vaeEncoderRun } from './vae-run.js';
import { visionTowerRun } from './vision-run.js';

/**
 * The arena's growth depends on which piece a tensor happens to fit into. So not the largest request alone counts, but also the
 * same with tensors that just don't fit where they did, and one that is a little larger: pictures of other aspects are, as their
 * sides are rounded to whole tokens.
 */
const VARIANTS = [
  { scale: 1, padding: 0 },
  { scale: 1, padding: 0.007 },
  { scale: 1.04, padding: 0 },
];
/** For what the runs leave out: shapes, indices, a tensor that the runtime keeps a little longer. */
const SLACK = 1.05;
/** Layers of a part that is tried; all are alike. */
const PART_LAYERS = 2;

/** What a session has taken beside its weights when its largest request is done, in bytes, and keeps. */
export interface RunBytes {
  readonly graphs: Readonly<Record<GraphName, number>>;
  /** Of a graph with some of the denoiser's layers, whichever. */
  readonly denoiserPart: number;
}

/**
 * The memory of each graph's runs on a GPU. The runs are gone through operator by operator, tensors coming and going as in the
 * provider, and its arena is reckoned with.
 * @param linear what the linear layers take
 */
export function runBytes(
  checkpoint: EditCheckpoint,
  extent: Extent,
  precision: Precision,
  linear: LinearRuns,
): RunBytes {
  const bytes = ELEMENT_BYTES[precisionFormat(precision, 'cuda').computeType];
  const { transformer, textEncoder, vae } = checkpoint;
  const config = transformer.config;
  const vector = modulationLength(config);
  const steps = stepsAtOnce(vector) + (config.zeroCondT ? 1 : 0);
  const visionLinear = linear('visual.blocks.0.attn.qkv');
  const languageLinear = linear('language_model.layers.0.self_attn.q_proj');
  const denoiser = (memory: RunMemory, scale: number, layers?: LayerRange): void => {
    const tokens = (count: number): number => Math.ceil(count * scale);
    const sizes = {
      textTokens: tokens(extent.textTokens),
      targetTokens: tokens(extent.targetTokens),
      referenceTokens: tokens(extent.referenceTokens),
    };
    denoiserRun(memory, config, { ...sizes, bytes, linear }, layers);
  };
  return {
    graphs: {
      visionTower: kept((memory, scale) =>
        visionTowerRun(memory, textEncoder.config.vision, extent.patches * scale, { linear: visionLinear, bytes }),
      ),
      languageModel: kept((memory, scale) => {
        const tokens = { tokens: extent.languageTokens * scale, imageTokens: extent.imageTokens * scale };
        languageModelRun(memory, textEncoder.config, tokens, { linear: languageLinear, bytes });
      }),
      promptProjection: kept((memory, scale) =>
        promptProjectionRun(memory, config, extent.textTokens * scale, { linear, bytes }),
      ),
      modulation: kept((memory) => modulationRun(memory, config, steps, { linear, bytes })),
      denoiser: kept(denoiser),
      vaeEncoder: kept((memory, scale) => vaeEncoderRun(memory, vae.config, extent.encodedPixels * scale, bytes)),
      vaeDecoder: kept((memory, scale) => vaeDecoderRun(memory, vae.config, extent.madePixels * scale, bytes)),
    },
    denoiserPart: Math.max(
      ...partsOf(config.numLayers).map((layers) => kept((memory, scale) => denoiser(memory, scale, layers))),
    ),
  };
}

/** The kinds of parts that layers can be dealt out to: the first one, one in the middle, the last one. */
function partsOf(numLayers: number): LayerRange[] {
  const count = Math.min(PART_LAYERS, numLayers - 1);
  const first = { first: 0, end: count };
  const last = { first: numLayers - count, end: numLayers };
  return count + 1 < last.first ? [first, { first: 1, end: 1 + count }, last] : [first, last];
}

/** What a session has after runs of its graph; the second one finds other pieces free than the first. */
function kept(run: (memory: RunMemory, scale: number) => void): number {
  const ends = VARIANTS.map(({ scale, padding }) => {
    const memory = new RunMemory(padding);
    run(memory, scale);
    run(memory, scale);
    return memory.bytes;
  });
  return Math.ceil(SLACK * Math.max(...ends));
}
