import type { PreprocessorConfig } from '../checkpoint/preprocessor-config.js';
import type { TextEncoderConfig } from '../checkpoint/text-encoder-config.js';
import type { RgbImage } from '../images/rgb-image.js';
import { floats, integers, type InputTensor, type GraphRunner } from './sessions/onnx-session.js';
import { mropePositions, mropeTables } from './text/mrope-positions.js';
import { concatFloats } from './concat-floats.js';
import { embedOrder } from './text/embed-order.js';
import { joinPrompts, separatePrompts, type PromptSequence } from './text/prompt-branches.js';
import { promptTokens, type PromptTemplate } from './text/prompt-template.js';
import type { PatchGrid } from './vision/patch-grid.js';
import type { PromptTokenizer } from './text/tokenizer.js';
import { visionLayout } from './vision/vision-layout.js';
import { visionPatches } from './vision/vision-patches.js';

/** What the language model needs of a picture; the same for every prompt about it. */
export interface ImageFeatures extends PatchGrid {
  /** float32 [image tokens, hiddenSize] */
  readonly embeds: Float32Array;
}

export interface PromptEmbeds {
  /** float32 [tokens, hiddenSize], the template's head dropped */
  readonly data: Float32Array;
  readonly tokens: number;
}

/** Qwen2.5-VL as the prompt's encoder: pictures and a sentence in, prompt embeddings out. */
export class TextEncoder {
  constructor(
    private readonly config: TextEncoderConfig,
    private readonly preprocessor: PreprocessorConfig,
    private readonly tokenizer: PromptTokenizer,
    private readonly template: PromptTemplate,
    private readonly sessions: { readonly visionTower: GraphRunner; readonly languageModel: GraphRunner },
  ) {}

  /** Tokens that `prompt` has of its own, without template and image. */
  countTokens(prompt: string): number {
    return this.tokenizer.encode(prompt).length;
  }

  /** Runs the vision tower on one condition picture. */
  async encodeImage(image: RgbImage): Promise<ImageFeatures> {
    const { pixelValues, gridHeight, gridWidth } = visionPatches(image, this.preprocessor);
    const { vision } = this.config;
    const patches = gridHeight * gridWidth;
    const layout = visionLayout(gridHeight, gridWidth, vision);
    const windows: Record<string, InputTensor> = {};
    for (const [index, group] of layout.groups.entries()) {
      windows[`window_group_${index}`] = integers(group.indices, group.windows, group.patches);
    }
    const embeds = await this.sessions.visionTower.run({
      pixel_values: floats(pixelValues, patches, pixelValues.length / patches),
      cos: floats(layout.cos, patches, vision.headDim / 2),
      sin: floats(layout.sin, patches, vision.headDim / 2),
      ...windows,
      window_restore: integers(layout.restore, patches),
    });
    return { embeds: embeds.data, gridHeight, gridWidth };
  }

  /**
   * Runs the language model on the template with each prompt and the pictures; what the prompts share is computed once.
   * Source: diffusers' QwenImageEditPipeline._get_qwen_prompt_embeds, with the pictures' 3-D positions.
   * @param images in the order in which the template shows them
   */
  async encodePrompts(
    prompts: readonly [string, ...string[]],
    images: readonly ImageFeatures[],
  ): Promise<PromptEmbeds[]> {
    const { hiddenSize, headDim, imageTokenId } = this.config;
    const read = (prompt: string): PromptSequence => {
      const inputIds = promptTokens(this.tokenizer, this.template, prompt, images, this.config);
      return { inputIds, positions: mropePositions(inputIds, this.config, images) };
    };
    const [first, ...others] = prompts;
    const branches = joinPrompts([read(first), ...others.map(read)]);
    const tokens = branches.inputIds.length;
    const imageEmbeds = concatFloats(images.map(({ embeds }) => embeds)); // [image tokens, hiddenSize]
    const { cos, sin } = mropeTables(branches.positions, this.config);
    const embeds = await this.sessions.languageModel.run({
      input_ids: integers(branches.inputIds, tokens),
      image_embeds: floats(imageEmbeds, imageEmbeds.length / hiddenSize, hiddenSize),
      embed_order: integers(embedOrder(branches.inputIds, imageTokenId), tokens),
      attention_bias: floats(branches.bias, 1, 1, tokens, tokens),
      cos: floats(cos, tokens, headDim / 2),
      sin: floats(sin, tokens, headDim / 2),
    });
    return separatePrompts(embeds.data, branches, this.template.droppedPositions, hiddenSize).map((data) => ({
      data,
      tokens: data.length / hiddenSize,
    }));
  }
}
