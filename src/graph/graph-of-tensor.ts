import type { TensorComponent } from '../checkpoint/tensor-index.js';
import type { GraphName } from './checkpoint-graphs.js';

/** Which graph reads a tensor: the first row that matches. */
const READERS: readonly { readonly component: TensorComponent; readonly names: RegExp; readonly graph: GraphName }[] = [
  { component: 'text_encoder', names: /^visual\./, graph: 'visionTower' },
  { component: 'text_encoder', names: /^language_model\./, graph: 'languageModel' },
  { component: 'transformer', names: /^(txt_norm|txt_in)\./, graph: 'promptProjection' },
  { component: 'transformer', names: /^(time_text_embed|norm_out)\.|\.(img|txt)_mod\./, graph: 'modulation' },
  { component: 'transformer', names: /^(img_in|proj_out|transformer_blocks)\./, graph: 'denoiser' },
  { component: 'vae', names: /^(encoder|quant_conv)\./, graph: 'vaeEncoder' },
  { component: 'vae', names: /^(decoder|post_quant_conv)\./, graph: 'vaeDecoder' },
];

/** The graph that reads the tensor, or undefined when none does. Dead tensors beside used ones have their graph, too. */
export function graphOfTensor(component: TensorComponent, name: string): GraphName | undefined {
  return READERS.find((row) => row.component === component && row.names.test(name))?.graph;
}

/** The number of the transformer block that the tensor belongs to, or undefined when it stands outside of them. */
export function blockOfTensor(name: string): number | undefined {
  const number = /^transformer_blocks\.(\d+)\./.exec(name)?.[1];
  return number === undefined ? undefined : Number(number);
}
