import type { TransformerConfig } from '../../checkpoint/transformer-config.js';
import type { Value } from '../graph-builder.js';
import { attention } from '../nn/attention.js';
import { feedForward } from '../nn/feed-forward.js';
import { linear, type Next } from '../nn/linear.js';
import { rmsNormOnce } from '../nn/norm.js';
import { rotary, type RotaryTables } from '../nn/rope.js';
import { concat, reshape, sizeOf, slice } from '../ops.js';
import type { Scope } from '../scope.js';
import { addGated, alike, modulated, ofTarget, type StreamRows } from './modulated-rows.js';
import type { EndingStreamModulation, StreamModulation } from './modulation-layout.js';

const EPSILON = 1e-6;

/** What the checkpoint calls a stream's layers in a block. */
interface StreamLayers {
  readonly query: string;
  readonly queryNorm: string;
  readonly key: string;
  readonly keyNorm: string;
  readonly value: string;
  readonly out: string;
  readonly feedForward: string;
}

const IMAGE: StreamLayers = {
  query: 'attn.to_q',
  queryNorm: 'attn.norm_q',
  key: 'attn.to_k',
  keyNorm: 'attn.norm_k',
  value: 'attn.to_v',
  out: 'attn.to_out.0',
  feedForward: 'img_mlp',
};
const TEXT: StreamLayers = {
  query: 'attn.add_q_proj',
  queryNorm: 'attn.norm_added_q',
  key: 'attn.add_k_proj',
  keyNorm: 'attn.norm_added_k',
  value: 'attn.add_v_proj',
  out: 'attn.to_add_out',
  feedForward: 'txt_mlp',
};

/** One block, and what the rest of the network reads of it. */
export interface DualStreamBlock {
  readonly scope: Scope;
  readonly config: TransformerConfig;
  readonly tables: RotaryTables;
  /** Rows of the text in the joint sequence, before the picture's: an int64 vector of one element. */
  readonly textTokens: Value;
  /** The text's modulation; without norm2 its stream ends here. */
  readonly text: StreamModulation<Value> | EndingStreamModulation<Value>;
  /** The picture's. */
  readonly image: StreamRows;
  /** How many of the picture's first rows are read afterwards, an int64 vector of one element; null where all are. */
  readonly readRows: Value | null;
}

/**
 * diffusers' QwenImageTransformerBlock: both streams attend jointly, the text's tokens first. What nothing reads afterwards is
 * not computed: it answers the others' queries but asks none. A text that ends comes back as it was.
 * @param image [image tokens, innerDim], becomes [rows that are read, innerDim]
 * @param text [text tokens, innerDim]
 */
export function dualStreamBlock(block: DualStreamBlock, image: Value, text: Value): { image: Value; text: Value } {
  const { config, tables, textTokens, readRows } = block;
  const width = config.innerDim;
  const read = (x: Value): Value => (readRows === null ? x : slice(x, 0, readRows, 0));
  const readImage = readRows === null ? block.image : ofTarget(block.image);

  const imageNormed = modulated(image, block.image.norm1); // [image tokens, innerDim]
  const textNormed = modulated(text, { all: block.text.norm1 }); // [text tokens, innerDim]
  const { key, value } = jointKeysAndValues(block, imageNormed, textNormed); // [text + image tokens, innerDim]
  const attend = (query: Value): Value => attention(query, key, value, config.numAttentionHeads, width);

  if (block.text.norm2 === null) {
    leaveOutText(block.scope);
    const query = rotary(queries(block, IMAGE, read(imageNormed)), tables, 'interleaved', width, textTokens);
    const attended = attend(query); // [read image tokens, innerDim]
    return { image: outputs(block, IMAGE, read(image), attended, readImage), text };
  }
  const asking = concat([queries(block, TEXT, textNormed), queries(block, IMAGE, read(imageNormed))], 0);
  const attended = attend(rotary(asking, tables, 'interleaved', width)); // [text + read image tokens, innerDim]
  const textAttended = slice(attended, 0, textTokens, 0);
  const imageAttended = slice(attended, textTokens, sizeOf(attended, 0), 0);
  return {
    image: outputs(block, IMAGE, read(image), imageAttended, readImage),
    text: outputs(block, TEXT, text, textAttended, alike(block.text)),
  };
}

/** What only a stream that goes on has. */
function leaveOutText(scope: Scope): void {
  for (const place of [TEXT.query, TEXT.queryNorm, TEXT.out, TEXT.feedForward]) {
    scope.leaveOut(place, "nothing reads the text's stream after the last attention");
  }
}

/** Keys (normalised per head and rotated) and values of the text and then the picture, [text + image tokens, innerDim]. */
function jointKeysAndValues(block: DualStreamBlock, image: Value, text: Value): { key: Value; value: Value } {
  const textKey = project(block, TEXT.key, text, headNorm(block, TEXT.keyNorm));
  const imageKey = project(block, IMAGE.key, image, headNorm(block, IMAGE.keyNorm));
  const textValue = project(block, TEXT.value, text);
  const imageValue = project(block, IMAGE.value, image);
  return {
    key: rotary(concat([textKey, imageKey], 0), block.tables, 'interleaved', block.config.innerDim),
    value: concat([textValue, imageValue], 0),
  };
}

/** Queries, normalised per head: [tokens, innerDim] → the same. */
function queries(block: DualStreamBlock, layers: StreamLayers, x: Value): Value {
  return project(block, layers.query, x, headNorm(block, layers.queryNorm));
}

/** One stream after the attention: projection, gated residual, then the feed-forward behind its own adaptive norm. */
function outputs(
  block: DualStreamBlock,
  layers: StreamLayers,
  stream: Value,
  attended: Value,
  { norm1, norm2 }: StreamRows,
): Value {
  // [tokens, innerDim]
  const hidden = project(block, layers.out, attended, { apply: (result) => addGated(stream, result, norm1) });
  const normed = modulated(hidden, norm2);
  return feedForward(block.scope.at(layers.feedForward), normed, block.config.innerDim, {
    apply: (result) => addGated(hidden, result, norm2),
  });
}

/** A linear layer from and to innerDim. */
function project({ scope, config }: DualStreamBlock, layer: string, x: Value, next?: Next): Value {
  return linear(scope.at(layer), x, config.innerDim, config.innerDim, next === undefined ? {} : { next });
}

/** Normalises each head by itself: [tokens, innerDim] → the same. */
function headNorm({ scope, config }: DualStreamBlock, name: string): Next {
  const { attentionHeadDim, numAttentionHeads, innerDim } = config;
  const norm = rmsNormOnce(scope.at(name), attentionHeadDim, EPSILON);
  const apply = (x: Value): Value => {
    const heads = reshape(x, [-1, numAttentionHeads, attentionHeadDim]); // [tokens, heads, headDim]
    return reshape(norm.apply(heads), [-1, innerDim]);
  };
  return { apply, declare: norm.declare };
}
