import type { TensorComponent } from '../checkpoint/tensor-index.js';

/** Tensors of published checkpoints that no edit reads, with the reason. */
const DEAD: readonly { readonly component: TensorComponent; readonly pattern: RegExp; readonly reason: string }[] = [
  {
    component: 'text_encoder',
    pattern: /^lm_head\.weight$/,
    reason: 'the prompt embeddings are hidden states, never logits',
  },
  {
    component: 'vae',
    pattern: /^(encoder|decoder)\..*\.time_conv\.(weight|bias)$/,
    reason: 'a single frame is never resampled in time',
  },
];

/** In the last block the text only feeds keys and values: nothing reads its stream afterwards. */
const DEAD_IN_LAST_BLOCK = /^(attn\.(add_q_proj|to_add_out)\.(weight|bias)|attn\.norm_added_q\.weight|txt_mlp\..*)$/;

/**
 * Why nothing reads the tensor `name`, or undefined when something should.
 * @param numLayers blocks of the transformer
 */
export function deadReason(component: TensorComponent, name: string, numLayers: number): string | undefined {
  const lastBlock = `transformer_blocks.${numLayers - 1}.`;
  if (component === 'transformer' && name.startsWith(lastBlock)) {
    return DEAD_IN_LAST_BLOCK.test(name.slice(lastBlock.length))
      ? "nothing reads the text's stream after the last attention"
      : undefined;
  }
  return DEAD.find((dead) => dead.component === component && dead.pattern.test(name))?.reason;
}
