import type { PreprocessorConfig } from '../checkpoint/preprocessor-config.js';
import type { TextEncoderConfig } from '../checkpoint/text-encoder-config.js';
import type { RgbImage } from '../images/rgb-image.js';
import { floats, integers, type InputTensor, type GraphRunner } from './sessions/onnx-session.js';
import { mropePositions, mropeTables } from './text/mrope-positions.js';
import { joinPrompts, separatePrompts, type PromptSequence } from './text/prompt-branches.js';
import { buildPrompt, TEMPLATE_DROP, type PromptTokens } from './text/prompt-template.js';
import type { PromptTokenizer } from './text/tokenizer.js';
import { visionLayout } from './vision/vision-layout.js';
import { visionPatches } from './vision/vision-patches.js';

/** What the language model needs of a picture; the same for every prompt about it. */
export interface ImageFeatures {
  /** float32 [image tokens, hiddenSize] */
  readonly embeds: Float32Array;
  /** Patches a side. */
  readonly gridHeight: number;
  readonly gridWidth: number;
}

export interface PromptEmbeds {
  /** float32 [tokens, hiddenSize], the template's head dropped */
  readonly data: Float32Array;
  readonly tokens: number;
}

/** Qwen2.5-VL as the prompt's encoder: a picture and a sentence in, prompt embeddings out. */
export class TextEncoder {
  constructor(
    private readonly config: TextEncoderConfig,
    private readonly preprocessor: PreprocessorConfig,
    private readonly tokenizer: PromptTokenizer,
    private readonly sessions: { readonly visionTower: GraphRunner; readonly languageModel: GraphRunner },
  ) {}

  /** Tokens that `prompt` has of its own, without template and image. */
  countTokens(prompt: string): number {
    return this.tokenizer.encode(prompt).length;
  }

  /** Runs the vision tower on the condition picture. */
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
   * Runs the language model on the template with each prompt and the picture; what the prompts share is computed once.
   * Source: diffusers' QwenImageEditPipeline._get_qwen_prompt_embeds, with the picture's 3-D positions.
   */
  async encodePrompts(prompts: readonly [string, ...string[]], image: ImageFeatures): Promise<PromptEmbeds[]> {
    const { hiddenSize, headDim } = this.config;
    const { gridHeight, gridWidth } = image;
    const read = (prompt: string): PromptTokens & PromptSequence => {
      const tokens = buildPrompt(this.tokenizer, this.config, prompt, gridHeight, gridWidth);
      return { ...tokens, positions: mropePositions(tokens.inputIds, this.config, gridHeight, gridWidth) };
    };
    const [first, ...others] = prompts;
    const firstPrompt = read(first);
    const branches = joinPrompts([firstPrompt, ...others.map(read)]);
    const tokens = branches.inputIds.length;
    const { imageStart, imageCount } = firstPrompt;
    const { cos, sin } = mropeTables(branches.positions, this.config);
    const embedOrder = Int32Array.from({ length: tokens }, (_, index) =>
      index >= imageStart && index < imageStart + imageCount ? tokens + index - imageStart : index,
    );
    const embeds = await this.sessions.languageModel.run({
      input_ids: integers(branches.inputIds, tokens),
      image_embeds: floats(image.embeds, imageCount, hiddenSize),
      embed_order: integers(embedOrder, tokens),
      attention_bias: floats(branches.bias, 1, 1, tokens, tokens),
      cos: floats(cos, tokens, headDim / 2),
      sin: floats(sin, tokens, headDim / 2),
    });
    return separatePrompts(embeds.data, branches, TEMPLATE_DROP, hiddenSize).map((data) => ({
      data,
      tokens: data.length / hiddenSize,
    }));
  }
}
