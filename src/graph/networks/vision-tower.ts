import type { VisionConfig } from '../../checkpoint/text-encoder-config.js';
import type { GraphBuilder, Value } from '../graph-builder.js';
import { gelu } from '../nn/activation.js';
import { attention, batchedAttention } from '../nn/attention.js';
import { gatedFeedForward } from '../nn/feed-forward.js';
import { linear } from '../nn/linear.js';
import { rmsNorm } from '../nn/norm.js';
import { rotary, type RotaryTables } from '../nn/rope.js';
import { add, chunk3, concat, gather, reshape } from '../ops.js';
import { Scope } from '../scope.js';
import type { Weights } from '../weights.js';

/** Windows are whole or cut off at the right, at the bottom or at both: at most four shapes, each of which is a batch. */
export const WINDOW_GROUPS = 4;
const EPSILON = 1e-6;

interface Windows {
  /** Token numbers of one group's windows, each int64 [windows, tokens a window]. */
  readonly groups: readonly Value[];
  /** For each token its place among all groups' tokens, int64 [tokens]. */
  readonly restore: Value;
}

/**
 * Qwen2.5-VL's vision tower (transformers' Qwen2_5_VisionTransformerPretrainedModel).
 *
 * Inputs: pixel_values [patches, channels·temporal·patch·patch] in merge groups; cos, sin [patches, headDim/2];
 * window_group_0 … window_group_3 int64 [windows, patches a window] (a shape that doesn't occur: any one patch, its result
 * unread); window_restore int64 [patches].
 * Output: image_embeds [patches / merge², outHiddenSize], in raster order of the merged tokens.
 */
export function visionTower(graph: GraphBuilder, weights: Weights, config: VisionConfig): void {
  const visual = new Scope(graph, weights, 'visual');
  const patchValues = config.inChannels * config.temporalPatchSize * config.patchSize ** 2;
  const pixelValues = graph.input('pixel_values', 'float32', ['patches', patchValues]);
  const tables = {
    cos: graph.input('cos', 'float32', ['patches', config.headDim / 2]),
    sin: graph.input('sin', 'float32', ['patches', config.headDim / 2]),
  };
  const windows: Windows = {
    groups: Array.from({ length: WINDOW_GROUPS }, (_, group) =>
      graph.input(`window_group_${group}`, 'int64', [`windows_${group}`, `window_patches_${group}`]),
    ),
    restore: graph.input('window_restore', 'int64', ['patches']),
  };

  let hidden = patchEmbed(visual.at('patch_embed'), pixelValues, patchValues, config);
  for (let layer = 0; layer < config.depth; layer += 1) {
    const scope = visual.block('blocks', layer);
    const seen = config.fullAttentionBlocks.includes(layer) ? undefined : windows;
    hidden = add(
      hidden,
      visionAttention(
        scope.at('attn'),
        rmsNorm(scope.at('norm1'), hidden, config.hiddenSize, EPSILON),
        tables,
        seen,
        config,
      ),
    );
    const normed = rmsNorm(scope.at('norm2'), hidden, config.hiddenSize, EPSILON);
    hidden = add(hidden, gatedFeedForward(scope.at('mlp'), normed, config.hiddenSize, config.intermediateSize, true));
  }
  graph.output('image_embeds', patchMerger(visual.block('merger'), hidden, config), [
    'image_tokens',
    config.outHiddenSize,
  ]);
}

/** A Conv3d whose stride is its kernel: one Gemm over the patch's values, which lie in the kernel's order. */
function patchEmbed(scope: Scope, pixelValues: Value, patchValues: number, config: VisionConfig): Value {
  const { hiddenSize, inChannels, temporalPatchSize, patchSize } = config;
  const weight = scope.parameter('proj.weight', [hiddenSize, inChannels, temporalPatchSize, patchSize, patchSize], {
    as: [hiddenSize, patchValues],
  });
  return scope.graph.node('Gemm', [pixelValues, weight], { transB: 1 });
}

function visionAttention(
  scope: Scope,
  hidden: Value,
  tables: RotaryTables,
  windows: Windows | undefined,
  config: VisionConfig,
): Value {
  const { hiddenSize: width, numHeads } = config;
  const [query, key, value] = chunk3(linear(scope.at('qkv'), hidden, width, 3 * width), width, 1);
  const q = rotary(query, tables, 'halves', width);
  const k = rotary(key, tables, 'halves', width);
  const attended =
    windows === undefined
      ? attention(q, k, value, numHeads, width)
      : windowAttention(q, k, value, windows, numHeads, width);
  return linear(scope.at('proj'), attended, width, width);
}

/** Attention inside each window, without padding or masks: windows of one shape are a batch. */
function windowAttention(q: Value, k: Value, v: Value, windows: Windows, numHeads: number, width: number): Value {
  const attended = windows.groups.map((group) => {
    const [query, key, value] = [q, k, v].map((x) => gather(x, group)) as [Value, Value, Value]; // [windows, tokens, width]
    return reshape(batchedAttention(query, key, value, numHeads), [-1, width]);
  });
  return gather(concat(attended as [Value, ...Value[]], 0), windows.restore);
}

/** Joins merge × merge patches, which follow each other, into one token of the language model's width. */
function patchMerger(scope: Scope, hidden: Value, config: VisionConfig): Value {
  const merged = config.hiddenSize * config.spatialMergeSize ** 2;
  const normed = reshape(rmsNorm(scope.at('ln_q'), hidden, config.hiddenSize, EPSILON), [-1, merged]);
  const inner = gelu(linear(scope.at('mlp.0'), normed, merged, merged), 'none');
  return linear(scope.at('mlp.2'), inner, merged, config.outHiddenSize);
}
