import { CheckpointError } from '../checkpoint-error.js';
import { ConfigReader } from '../config-reader.js';
import { describeShape } from '../describe-value.js';

/** Shapes of a transformer's tensors by their canonical names. */
export type Shapes = ReadonlyMap<string, readonly number[]>;

const PATCH_SIDE = 2;
/** The published transformer's: the only width of a head whose rotary axes are known without a config. */
const PUBLISHED_HEAD = { attention_head_dim: 128, axes_dims_rope: [16, 56, 56] } as const;

/**
 * What transformer/config.json would say, as far as the weights' shapes tell it; what they don't has the published values.
 * @param label the file of the weights, for messages
 * @throws CheckpointError when the shapes can't tell it: transformer/config.json is needed
 */
export function deriveTransformerConfig(shapes: Shapes, label: string): ConfigReader {
  const side = (name: string, axis: 0 | 1): number => {
    const shape = shapes.get(name);
    const size = shape?.[axis];
    if (size !== undefined && size > 0) return size;
    throw needsConfig(label, shape === undefined ? `has no tensor ${name}` : `has ${name} ${describeShape(shape)}`);
  };
  const width = side('img_in.weight', 0);
  const headDim = side('transformer_blocks.0.attn.norm_q.weight', 0);
  if (headDim !== PUBLISHED_HEAD.attention_head_dim) {
    throw needsConfig(label, `has heads of ${headDim} values, whose rotary axes it doesn't tell`);
  }
  return new ConfigReader(label, {
    ...PUBLISHED_HEAD,
    num_attention_heads: width / headDim,
    num_layers: countLayers(shapes),
    in_channels: side('img_in.weight', 1),
    out_channels: side('proj_out.weight', 0) / PATCH_SIDE ** 2,
    joint_attention_dim: side('txt_in.weight', 1),
    patch_size: PATCH_SIDE,
  });
}

function countLayers(shapes: Shapes): number {
  const numbers = [...shapes.keys()].map((name) => /^transformer_blocks\.(\d+)\./.exec(name)?.[1]);
  return Math.max(...numbers.map((number) => Number(number ?? -1))) + 1;
}

function needsConfig(label: string, found: string): CheckpointError {
  return new CheckpointError(
    `transformer/config.json is missing, and ${label} doesn't tell what it would: it ${found}. Put the model's config.json there`,
  );
}
