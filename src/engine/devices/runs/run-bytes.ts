import { ELEMENT_BYTES } from '../../../graph/element-type.js';
import type { GraphName } from '../../../graph/checkpoint-graphs.js';
import { modulationLength } from '../../../graph/networks/modulation-layout.js';
import type { Precision } from '../../../protocol/device-settings.js';
import type { EditCheckpoint } from '../../open-edit-checkpoint.js';
import { stepsAtOnce } from '../../transformer/modulation-schedule.js';
import { longestPart, ofEachPartKind, type PartKind } from '../part-kind.js';
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
 * What sessions are counted with, as multiples of the largest request's tokens and pixels: the second of its runs finds other
 * pieces of the arena free than the first, and pictures of other aspects are a little larger, as their sides are rounded to whole
 * tokens.
 */
export const COUNTED_SIZES = [1, 1, 1.04, 1];
/** The arena's growth depends on which piece a tensor happens to fit into: also counted are tensors that just don't fit there. */
const PADDINGS = [0, 0.007];
/** For what the runs leave out: shapes, indices, a tensor that the runtime keeps a little longer. */
const SLACK = 1.05;

/** What a session has taken beside its weights when its largest request is done, in bytes, and keeps. */
export interface RunBytes {
  readonly graphs: Readonly<Record<GraphName, number>>;
  /** Of a graph with some of the denoiser's layers, however many. */
  readonly denoiserParts: Readonly<Record<PartKind, number>>;
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
  const denoiserParts = ofEachPartKind((kind) =>
    kept((memory, scale) => {
      const tokens = (count: number): number => Math.ceil(count * scale);
      const sizes = {
        textTokens: tokens(extent.textTokens),
        targetTokens: tokens(extent.targetTokens),
        referenceTokens: tokens(extent.referenceTokens),
      };
      denoiserRun(memory, config, { ...sizes, bytes, linear }, longestPart(kind, config.numLayers));
    }),
  );
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
      denoiser: denoiserParts.whole,
      vaeEncoder: kept((memory, scale) => vaeEncoderRun(memory, vae.config, extent.encodedPixels * scale, bytes)),
      vaeDecoder: kept((memory, scale) => vaeDecoderRun(memory, vae.config, extent.madePixels * scale, bytes)),
    },
    denoiserParts,
  };
}

/** What a session has after runs of its graph. */
function kept(run: (memory: RunMemory, scale: number) => void): number {
  const ends = PADDINGS.map((padding) => {
    const memory = new RunMemory(padding);
    for (const size of COUNTED_SIZES) run(memory, size);
    return memory.bytes;
  });
  return Math.ceil(SLACK * Math.max(...ends));
}
