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
import { modulationVectors } from './modulation-vectors.js';

const EPSILON = 1e-6;

/** What both streams of one block share. */
interface Block {
  readonly scope: Scope;
  readonly config: TransformerConfig;
  readonly tables: RotaryTables;
  /** Rows of the text in the joint sequence, before the picture's: an int64 vector of one element. */
  readonly textTokens: Value;
  /** Takes the next vector [innerDim] of the step's modulation. */
  readonly next: () => Value;
}

/** Shift, scale and gate of one adaptive norm, [innerDim] each. */
interface Modulation {
  readonly shift: Value;
  readonly scale: Value;
  readonly gate: Value;
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
  const next = modulationVectors(graph, config, layers);
  const tables = {
    cos: graph.input('cos', 'float32', ['tokens', config.attentionHeadDim / 2]),
    sin: graph.input('sin', 'float32', ['tokens', config.attentionHeadDim / 2]),
  };
  const textTokens = sizeOf(text, 0);
  const outScale = next();
  const outShift = next();
  const block = (layer: number): Block => ({
    scope: model.at(`transformer_blocks.${layer}`),
    config,
    tables,
    textTokens,
    next,
  });

  for (let layer = layers.first; layer < (isLast ? numLayers - 1 : layers.end); layer += 1) {
    ({ image, text } = dualStreamBlock(block(layer), image, text));
  }
  if (!isLast) {
    graph.output('next_image', image, ['image_tokens', width]);
    graph.output('next_text', text, ['text_tokens', width]);
    return;
  }
  const target = lastBlock(block(numLayers - 1), image, text, start.targetTokens);
  const normed = adaptiveLayerNorm(target, outScale, outShift, EPSILON);
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

/** diffusers' QwenImageTransformerBlock: both streams attend jointly, the text's tokens first. */
function dualStreamBlock(block: Block, image: Value, text: Value): { image: Value; text: Value } {
  const { scope, config, next } = block;
  const width = config.innerDim;
  const imageMod = [nextModulation(next), nextModulation(next)] as const;
  const textMod = [nextModulation(next), nextModulation(next)] as const;

  const attn = scope.at('attn');
  const imageNormed = adaptiveLayerNorm(image, imageMod[0].scale, imageMod[0].shift, EPSILON);
  const textNormed = adaptiveLayerNorm(text, textMod[0].scale, textMod[0].shift, EPSILON);
  const { key, value } = jointKeysAndValues(block, imageNormed, textNormed);
  const textQuery = headNorm(attn.at('norm_added_q'), linear(attn.at('add_q_proj'), textNormed, width, width), config);
  const imageQuery = headNorm(attn.at('norm_q'), linear(attn.at('to_q'), imageNormed, width, width), config);
  const query = rotary(concat([textQuery, imageQuery], 0), block.tables, 'interleaved', width);
  const joint = attention(query, key, value, config.numAttentionHeads, width);
  const textAttended = slice(joint, 0, block.textTokens, 0);
  const imageAttended = slice(joint, block.textTokens, sizeOf(joint, 0), 0);

  return {
    image: outputsAndFeedForward(attn.at('to_out.0'), scope.at('img_mlp'), image, imageAttended, imageMod, width),
    text: outputsAndFeedForward(attn.at('to_add_out'), scope.at('txt_mlp'), text, textAttended, textMod, width),
  };
}

/** The last block: only the target's tokens are read afterwards, so only they ask, and the text merely answers. */
function lastBlock(block: Block, image: Value, text: Value, targetTokens: Value): Value {
  const { scope, config, next } = block;
  const width = config.innerDim;
  const imageMod = [nextModulation(next), nextModulation(next)] as const;
  const textShift = next();
  const textScale = next();

  const attn = scope.at('attn');
  const imageNormed = adaptiveLayerNorm(image, imageMod[0].scale, imageMod[0].shift, EPSILON);
  const textNormed = adaptiveLayerNorm(text, textScale, textShift, EPSILON);
  const { key, value } = jointKeysAndValues(block, imageNormed, textNormed);
  const targetNormed = slice(imageNormed, 0, targetTokens, 0);
  const targetQuery = headNorm(attn.at('norm_q'), linear(attn.at('to_q'), targetNormed, width, width), config);
  const query = rotary(targetQuery, block.tables, 'interleaved', width, block.textTokens);
  const attended = attention(query, key, value, config.numAttentionHeads, width);
  const target = slice(image, 0, targetTokens, 0);
  return outputsAndFeedForward(attn.at('to_out.0'), scope.at('img_mlp'), target, attended, imageMod, width);
}

/** Keys (normalised per head and rotated) and values of the text and then the picture, [text + image tokens, innerDim]. */
function jointKeysAndValues(block: Block, image: Value, text: Value): { key: Value; value: Value } {
  const { config } = block;
  const width = config.innerDim;
  const attn = block.scope.at('attn');
  const textKey = headNorm(attn.at('norm_added_k'), linear(attn.at('add_k_proj'), text, width, width), config);
  const imageKey = headNorm(attn.at('norm_k'), linear(attn.at('to_k'), image, width, width), config);
  const textValue = linear(attn.at('add_v_proj'), text, width, width);
  const imageValue = linear(attn.at('to_v'), image, width, width);
  return {
    key: rotary(concat([textKey, imageKey], 0), block.tables, 'interleaved', width),
    value: concat([textValue, imageValue], 0),
  };
}

/** One stream after the attention: projection, gated residual, then the feed-forward behind its own adaptive norm. */
function outputsAndFeedForward(
  projection: Scope,
  mlp: Scope,
  stream: Value,
  attended: Value,
  [first, second]: readonly [Modulation, Modulation],
  width: number,
): Value {
  const hidden = add(stream, mul(linear(projection, attended, width, width), first.gate));
  const normed = adaptiveLayerNorm(hidden, second.scale, second.shift, EPSILON);
  return add(hidden, mul(feedForward(mlp, normed, width), second.gate));
}

/** Normalises each head by itself: [tokens, heads·headDim] → the same. */
function headNorm(scope: Scope, x: Value, config: TransformerConfig): Value {
  const { attentionHeadDim, numAttentionHeads, innerDim } = config;
  const heads = reshape(x, [-1, numAttentionHeads, attentionHeadDim]);
  return reshape(rmsNorm(scope, heads, attentionHeadDim, EPSILON), [-1, innerDim]);
}

function nextModulation(next: () => Value): Modulation {
  const shift = next();
  const scale = next();
  return { shift, scale, gate: next() };
}
