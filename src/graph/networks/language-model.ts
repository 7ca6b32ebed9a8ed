import type { TextEncoderConfig } from '../../checkpoint/text-encoder-config.js';
import type { GraphBuilder, Value } from '../graph-builder.js';
import { attention, repeatHeads } from '../nn/attention.js';
import { gatedFeedForward } from '../nn/feed-forward.js';
import { linear } from '../nn/linear.js';
import { rmsNorm } from '../nn/norm.js';
import { rotary, type RotaryTables } from '../nn/rope.js';
import { add, concat, gather } from '../ops.js';
import { Scope } from '../scope.js';
import type { Weights } from '../weights.js';

/**
 * Qwen2.5-VL's language model up to its final norm (transformers' Qwen2_5_VLTextModel), as the prompt's encoder.
 *
 * Inputs: input_ids int64 [tokens]; image_embeds [image tokens, hiddenSize]; embed_order int64 [tokens], for each position
 * its row among the embedded ids followed by the image embeddings; attention_bias [1, 1, tokens, tokens], 0 where a token
 * sees another and very negative where it doesn't; cos, sin [tokens, headDim/2].
 * Output: prompt_embeds [tokens, hiddenSize].
 */
export function languageModel(graph: GraphBuilder, weights: Weights, config: TextEncoderConfig): void {
  const model = new Scope(graph, weights, 'language_model');
  const { hiddenSize, headDim, rmsNormEps } = config;
  new Scope(graph, weights).leaveOut('lm_head', 'the prompt embeddings are hidden states, never logits');
  const inputIds = graph.input('input_ids', 'int64', ['tokens']);
  const imageEmbeds = graph.input('image_embeds', 'float32', ['image_tokens', hiddenSize]);
  const embedOrder = graph.input('embed_order', 'int64', ['tokens']);
  const bias = graph.input('attention_bias', 'float32', [1, 1, 'tokens', 'tokens']);
  const tables = {
    cos: graph.input('cos', 'float32', ['tokens', headDim / 2]),
    sin: graph.input('sin', 'float32', ['tokens', headDim / 2]),
  };

  const textEmbeds = embedding(model.at('embed_tokens'), inputIds, config);
  let hidden = gather(concat([textEmbeds, imageEmbeds], 0), embedOrder);
  for (let layer = 0; layer < config.numLayers; layer += 1) {
    const scope = model.block('layers', layer);
    const normed = rmsNorm(scope.at('input_layernorm'), hidden, hiddenSize, rmsNormEps);
    hidden = add(hidden, groupedQueryAttention(scope.at('self_attn'), normed, bias, tables, config));
    const normed2 = rmsNorm(scope.at('post_attention_layernorm'), hidden, hiddenSize, rmsNormEps);
    hidden = add(hidden, gatedFeedForward(scope.at('mlp'), normed2, hiddenSize, config.intermediateSize, false));
  }
  graph.output('prompt_embeds', rmsNorm(model.at('norm'), hidden, hiddenSize, rmsNormEps), ['tokens', hiddenSize]);
}

function embedding(scope: Scope, ids: Value, config: TextEncoderConfig): Value {
  const table = scope.table('weight', [config.vocabSize, config.hiddenSize]);
  return scope.graph.cast(gather(table, ids), scope.graph.computeType);
}

/** Several query heads share a key and a value head. */
function groupedQueryAttention(
  scope: Scope,
  hidden: Value,
  bias: Value,
  tables: RotaryTables,
  config: TextEncoderConfig,
): Value {
  const { hiddenSize, numHeads, numKvHeads, headDim } = config;
  const kvWidth = numKvHeads * headDim;
  const query = linear(scope.at('q_proj'), hidden, hiddenSize, numHeads * headDim);
  const key = linear(scope.at('k_proj'), hidden, hiddenSize, kvWidth);
  const value = linear(scope.at('v_proj'), hidden, hiddenSize, kvWidth);
  const groups = numHeads / numKvHeads;
  const attended = attention(
    rotary(query, tables, 'halves', numHeads * headDim),
    repeatHeads(rotary(key, tables, 'halves', kvWidth), numKvHeads, groups, headDim),
    repeatHeads(value, numKvHeads, groups, headDim),
    numHeads,
    numHeads * headDim,
    bias,
  );
  return linear(scope.at('o_proj'), attended, numHeads * headDim, hiddenSize, { bias: false });
}
