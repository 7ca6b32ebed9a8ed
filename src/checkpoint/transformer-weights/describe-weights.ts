import type { TransformerConfig } from '../transformer-config.js';
import type { TensorDtype, TensorIndex } from '../tensor-index.js';

/** A transformer's file and its types, with how many of its tensors have each: `x.gguf: 720 Q4_K, 1087 F32`. */
export function describeWeights(index: TensorIndex): string {
  const counts = new Map<TensorDtype, number>();
  for (const name of index.names()) {
    const dtype = index.get(name)?.dtype;
    if (dtype !== undefined) counts.set(dtype, (counts.get(dtype) ?? 0) + 1);
  }
  const types = [...counts].sort(([, one], [, other]) => other - one).map(([dtype, count]) => `${count} ${dtype}`);
  return `${index.label}: ${types.join(', ')}`;
}

/** The same of a transformer in words, with what its shapes don't tell. */
export const describeTransformer = (transformer: {
  readonly config: Pick<TransformerConfig, 'zeroCondT'>;
  readonly tensors: TensorIndex;
}): string =>
  `Transformer ${describeWeights(transformer.tensors)}${transformer.config.zeroCondT ? '; zero_cond_t' : ''}`;
