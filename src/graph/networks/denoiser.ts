import type { TransformerConfig } from '../../checkpoint/transformer-config.js';
import type { GraphBuilder, Value } from '../graph-builder.js';
import { attention } from '../nn/attention.js';
import { feedForward } from '../nn/feed-forward.js';
import { linear } from '../nn/linear.js';
import { adaptiveLayerNorm, rmsNorm } from '../nn/norm.js';
import { rotary, type RotaryTables } from '../nn/rope.js';
import { add, concat, mul, reshape, sizeOf, slice } from '../ops.js';
import { Scope } from '../scope.js';
import type { Weights } from '../weights.js';
import type { LayerRange } from './layer-range.js';
import { modulationInput } from './modulation-input.js';
import type { BlockModulation, NormModulation, OutModulation, StreamModulation } from './modulation-layout.js';

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
interface Block {
  readonly scope: Scope;
  readonly config: TransformerConfig;
  readonly tables: RotaryTables;
  /** Rows of the text in the joint sequence, before the picture's: an int64 vector of one element. */
  readonly textTokens: Value;
  /** Without norm2 for the text, its stream ends here. */
  readonly modulation: BlockModulation<Value>;
  /** How many of the picture's first rows are read afterwards, an int64 vector of one element; null where all are. */
  readonly readRows: Value | null;
}

/**
 * Qwen-Image's dual-stream transformer without the parts that only see the timestep or the prompt (diffusers'
 * QwenImageTransformer2DModel; see modulation.ts and prompt-projection.ts), or some of its blocks: split over several
 * devices, each part's streams are the next one's inputs.
 *
 * Inputs: of the part with the first block latents [target tokens, inChannels] and reference_latents [reference tokens,
 * inChannels], of the others image [target + reference tokens, innerDim], and of the last then target_tokens int64 [1];
 * text [text tokens, innerDim]; modulation [modulationLength]; cos, sin [text + target + reference tokens, headDim/2].
 * Output: velocity [target tokens, patchSize²·outChannels] of the part with the last block; next_image and next_text of the
 * others.
 */
export function denoiser(
  graph: GraphBuilder,
  weights: Weights,
  config: TransformerConfig,
  layers: LayerRange = { first: 0, end: config.numLayers },
): void {
  const { innerDim: width, numLayers } = config;
  const model = new Scope(graph, weights);
  const isLast = layers.end === numLayers;
  const start = layers.first === 0 ? embeddedLatents(model, config) : passedImage(graph, width, isLast);
  let { image } = start;
  let text = graph.input('text', 'float32', ['text_tokens', width]);
  const modulation = modulationInput(graph, config, layers);
  const tables = {
    cos: graph.input('cos', 'float32', ['tokens', config.attentionHeadDim / 2]),
    sin: graph.input('sin', 'float32', ['tokens', config.attentionHeadDim / 2]),
  };
  const textTokens = sizeOf(text, 0);
  for (const [index, ofBlock] of modulation.blocks.entries()) {
    const layer = layers.first + index;
    const block: Block = {
      scope: model.block('transformer_blocks', layer),
      config,
      tables,
      textTokens,
      modulation: ofBlock,
      readRows: layer === numLayers - 1 ? start.targetTokens : null,
    };
    ({ image, text } = dualStreamBlock(block, image, text));
  }
  if (!isLast) {
    graph.output('next_image', image, ['image_tokens', width]);
    graph.output('next_text', text, ['text_tokens', width]);
    return;
  }
  const normed = modulated(image, modulation.out); // [target tokens, innerDim]
  const outputWidth = config.patchSize ** 2 * config.outChannels;
  graph.output('velocity', linear(model.at('proj_out'), normed, width, outputWidth), ['target_tokens', outputWidth]);
}

/** The picture's stream, and how many of its first rows are the target's. */
interface ImageStream {
  readonly image: Value;
  readonly targetTokens: Value;
}

function embeddedLatents(model: Scope, { inChannels, innerDim }: TransformerConfig): ImageStream {
  const { graph } = model;
  const latents = graph.input('latents', 'float32', ['target_tokens', inChannels]);
  const references = graph.input('reference_latents', 'float32', ['reference_tokens', inChannels]);
  const image = linear(model.at('img_in'), concat([latents, references], 0), inChannels, innerDim);
  return { image, targetTokens: sizeOf(latents, 0) };
}

function passedImage(graph: GraphBuilder, width: number, isLast: boolean): ImageStream {
  const image = graph.input('image', 'float32', ['image_tokens', width]);
  // Only the last block tells the target's rows from the references'.
  return { image, targetTokens: isLast ? graph.input('target_tokens', 'int64', [1]) : sizeOf(image, 0) };
}

/**
 * diffusers' QwenImageTransformerBlock: both streams attend jointly, the text's tokens first. What nothing reads afterwards is
 * not computed: it answers the others' queries but asks none. A text that ends comes back as it was.
 * @param image [image tokens, innerDim], becomes [rows that are read, innerDim]
 * @param text [text tokens, innerDim]
 */
function dualStreamBlock(block: Block, image: Value, text: Value): { image: Value; text: Value } {
  const { config, tables, textTokens, modulation, readRows } = block;
  const width = config.innerDim;
  const read = (x: Value): Value => (readRows === null ? x : slice(x, 0, readRows, 0));

  const imageNormed = modulated(image, modulation.image.norm1); // [image tokens, innerDim]
  const textNormed = modulated(text, modulation.text.norm1); // [text tokens, innerDim]
  const { key, value } = jointKeysAndValues(block, imageNormed, textNormed); // [text + image tokens, innerDim]
  const attend = (query: Value): Value => attention(query, key, value, config.numAttentionHeads, width);

  if (modulation.text.norm2 === null) {
    leaveOutText(block.scope);
    const query = rotary(queries(block, IMAGE, read(imageNormed)), tables, 'interleaved', width, textTokens);
    const attended = attend(query); // [read image tokens, innerDim]
    return { image: outputs(block, IMAGE, read(image), attended, modulation.image), text };
  }
  const asking = concat([queries(block, TEXT, textNormed), queries(block, IMAGE, read(imageNormed))], 0);
  const attended = attend(rotary(asking, tables, 'interleaved', width)); // [text + read image tokens, innerDim]
  const textAttended = slice(attended, 0, textTokens, 0);
  const imageAttended = slice(attended, textTokens, sizeOf(attended, 0), 0);
  return {
    image: outputs(block, IMAGE, read(image), imageAttended, modulation.image),
    text: outputs(block, TEXT, text, textAttended, modulation.text),
  };
}

/** What only a stream that goes on has. */
function leaveOutText(scope: Scope): void {
  for (const place of [TEXT.query, TEXT.queryNorm, TEXT.out, TEXT.feedForward]) {
    scope.leaveOut(place, "nothing reads the text's stream after the last attention");
  }
}

/** Keys (normalised per head and rotated) and values of the text and then the picture, [text + image tokens, innerDim]. */
function jointKeysAndValues(block: Block, image: Value, text: Value): { key: Value; value: Value } {
  const textKey = headNorm(block, TEXT.keyNorm, project(block, TEXT.key, text));
  const imageKey = headNorm(block, IMAGE.keyNorm, project(block, IMAGE.key, image));
  const textValue = project(block, TEXT.value, text);
  const imageValue = project(block, IMAGE.value, image);
  return {
    key: rotary(concat([textKey, imageKey], 0), block.tables, 'interleaved', block.config.innerDim),
    value: concat([textValue, imageValue], 0),
  };
}

/** Queries, normalised per head: [tokens, innerDim] → the same. */
function queries(block: Block, layers: StreamLayers, x: Value): Value {
  return headNorm(block, layers.queryNorm, project(block, layers.query, x));
}

/** One stream after the attention: projection, gated residual, then the feed-forward behind its own adaptive norm. */
function outputs(
  block: Block,
  layers: StreamLayers,
  stream: Value,
  attended: Value,
  { norm1, norm2 }: StreamModulation<Value>,
): Value {
  const hidden = addGated(stream, project(block, layers.out, attended), norm1); // [tokens, innerDim]
  const normed = modulated(hidden, norm2);
  return addGated(hidden, feedForward(block.scope.at(layers.feedForward), normed, block.config.innerDim), norm2);
}

/** A stream's adaptive norm, [tokens, innerDim]; here and in addGated alone a modulation meets tokens. */
function modulated(stream: Value, { scale, shift }: OutModulation<Value>): Value {
  return adaptiveLayerNorm(stream, scale, shift, EPSILON);
}

/** A stream with what its gate lets through of a layer's result, [tokens, innerDim]. */
function addGated(stream: Value, result: Value, { gate }: NormModulation<Value>): Value {
  return add(stream, mul(result, gate));
}

/** A linear layer from and to innerDim. */
function project({ scope, config }: Block, layer: string, x: Value): Value {
  return linear(scope.at(layer), x, config.innerDim, config.innerDim);
}

/** Normalises each head by itself: [tokens, innerDim] → the same. */
function headNorm({ scope, config }: Block, norm: string, x: Value): Value {
  const { attentionHeadDim, numAttentionHeads, innerDim } = config;
  const heads = reshape(x, [-1, numAttentionHeads, attentionHeadDim]); // [tokens, heads, headDim]
  return reshape(rmsNorm(scope.at(norm), heads, attentionHeadDim, EPSILON), [-1, innerDim]);
}
