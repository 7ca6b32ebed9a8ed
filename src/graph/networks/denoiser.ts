import type { TransformerConfig } from '../../checkpoint/transformer-config.js';
import type { GraphBuilder, Value } from '../graph-builder.js';
import { linear } from '../nn/linear.js';
import { rotaryTables, type RotaryTables } from '../nn/rope.js';
import { inverseFrequencies } from '../nn/rotary-frequencies.js';
import { concat, sizeOf } from '../ops.js';
import { packedInput } from '../packed-input.js';
import { packedRowsInput, packedRowsOutput } from '../packed-rows.js';
import { Scope } from '../scope.js';
import type { Weights } from '../weights.js';
import { dualStreamBlock, type DualStreamBlock } from './dual-stream-block.js';
import type { LayerRange } from './layer-range.js';
import { alike, modulated, targetAndReferences } from './modulated-rows.js';
import { modulationInput } from './modulation-input.js';

const ROPE_THETA = 10_000;

/**
 * Qwen-Image's dual-stream transformer without the parts that only see the timestep or the prompt (diffusers'
 * QwenImageTransformer2DModel; see modulation.ts and prompt-projection.ts), or some of its blocks: split over several
 * devices, each part's streams are the next one's inputs.
 *
 * Inputs: of the part with the first block latents [target tokens, inChannels], reference_latents [reference tokens,
 * inChannels] and text [text tokens, innerDim], of the others image [target + reference tokens, innerDim] and text, and of those
 * that tell the target's rows from the references' then target_tokens int64 [1]: the last one, all of a zeroCondT model;
 * modulation (the elements of modulationRange), and of a zeroCondT model reference_modulation, that of timestep 0; positions
 * int32 [text + target + reference tokens, axes]. What is the same in every step, and the modulation, is packed (packed-input.ts).
 * Output: velocity [target tokens, patchSize²·outChannels] of the part with the last block; next_image and next_text of the
 * others. What goes from part to part is packed by rows (packed-rows.ts).
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
  const start =
    layers.first === 0 ? embeddedLatents(model, config) : passedStreams(graph, width, isLast || config.zeroCondT);
  let { image, text } = start;
  const modulation = modulationInput(graph, config, layers, 'modulation');
  const ofReferences = config.zeroCondT ? modulationInput(graph, config, layers, 'reference_modulation') : null;
  const tables = jointTables(graph, config);
  const textTokens = sizeOf(text, 0);
  for (const [index, ofBlock] of modulation.blocks.entries()) {
    const references = ofReferences?.blocks[index];
    const layer = layers.first + index;
    const block: DualStreamBlock = {
      scope: model.block('transformer_blocks', layer),
      config,
      tables,
      textTokens,
      text: ofBlock.text,
      image:
        references === undefined
          ? alike(ofBlock.image)
          : targetAndReferences(ofBlock.image, references.image, start.targetTokens),
      readRows: layer === numLayers - 1 ? start.targetTokens : null,
    };
    ({ image, text } = dualStreamBlock(block, image, text));
  }
  if (modulation.out === null) {
    packedRowsOutput(graph, 'next_image', image, 'image_tokens', width);
    packedRowsOutput(graph, 'next_text', text, 'text_tokens', width);
    return;
  }
  const normed = modulated(image, { all: modulation.out }); // [target tokens, innerDim]
  const outputWidth = config.patchSize ** 2 * config.outChannels;
  graph.output('velocity', linear(model.at('proj_out'), normed, width, outputWidth), ['target_tokens', outputWidth]);
}

/** Both streams, and how many of the picture's first rows are the target's. */
interface Streams {
  readonly image: Value;
  readonly text: Value;
  readonly targetTokens: Value;
}

function embeddedLatents(model: Scope, { inChannels, innerDim }: TransformerConfig): Streams {
  const { graph } = model;
  const latents = graph.input('latents', 'float32', ['target_tokens', inChannels]);
  const references = packedInput(graph, 'reference_latents', ['reference_tokens', inChannels]);
  const image = linear(model.at('img_in'), concat([latents, references], 0), inChannels, innerDim);
  const text = packedInput(graph, 'text', ['text_tokens', innerDim]);
  return { image, text, targetTokens: sizeOf(latents, 0) };
}

/** The streams that another part gives. */
function passedStreams(graph: GraphBuilder, width: number, tellsRows: boolean): Streams {
  const image = packedRowsInput(graph, 'image', 'image_tokens', width);
  const text = packedRowsInput(graph, 'text', 'text_tokens', width);
  return { image, text, targetTokens: tellsRows ? graph.input('target_tokens', 'int64', [1]) : sizeOf(image, 0) };
}

/** Rotary tables of the joint sequence. Source: diffusers' QwenEmbedRope. */
function jointTables(graph: GraphBuilder, { axesDimsRope }: TransformerConfig): RotaryTables {
  const frequencies = axesDimsRope.flatMap((dim, axis) =>
    [...inverseFrequencies(dim, ROPE_THETA)].map((frequency) => ({ axis, frequency })),
  );
  return rotaryTables(graph.input('positions', 'int32', ['tokens', axesDimsRope.length]), frequencies);
}
