import type { TransformerConfig } from '../../checkpoint/transformer-config.js';
import type { GraphBuilder } from '../graph-builder.js';
import { linear } from '../nn/linear.js';
import { rmsNorm } from '../nn/norm.js';
import { Scope } from '../scope.js';
import type { Weights } from '../weights.js';

/**
 * txt_norm and txt_in, which see the prompt alone and so run once a prompt.
 *
 * Input: prompt_embeds [tokens, jointAttentionDim]. Output: text [tokens, innerDim].
 */
export function promptProjection(graph: GraphBuilder, weights: Weights, config: TransformerConfig): void {
  const model = new Scope(graph, weights);
  const promptEmbeds = graph.input('prompt_embeds', 'float32', ['text_tokens', config.jointAttentionDim]);
  const normed = rmsNorm(model.at('txt_norm'), promptEmbeds, config.jointAttentionDim, 1e-6);
  const text = linear(model.at('txt_in'), normed, config.jointAttentionDim, config.innerDim);
  graph.output('text', text, ['text_tokens', config.innerDim]);
}
