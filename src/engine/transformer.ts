import { TIMESTEP_CHANNELS, type TransformerConfig } from '../checkpoint/transformer-config.js';
import type { LoraLayout } from '../graph/lora/lora-stacks.js';
import { modulationLength } from '../graph/networks/modulation-layout.js';
import type { LoraChoice } from '../protocol/lora.js';
import { floats, type GraphRunner } from './sessions/onnx-session.js';
import type { PromptEmbeds } from './text-encoder.js';
import { loraInputs, type LoraInputs } from './transformer/lora-inputs.js';
import { ModulationSchedule, type StepVectors } from './transformer/modulation-schedule.js';
import { ropeTables, type RopeTables, type TokenGrid } from './transformer/rope-tables.js';
import { timestepEmbedding } from './transformer/timestep-embedding.js';

/** What one guidance pass keeps over all steps and variants. */
export interface Conditioning {
  /** float32 [text tokens, innerDim]: the projected prompt. */
  readonly text: Float32Array;
  readonly textTokens: number;
  readonly tables: RopeTables;
  readonly loras: LoraInputs;
}

/** Qwen-Image's transformer, cut where parts of it see only the prompt or only the timestep. */
export class Transformer {
  constructor(
    readonly config: TransformerConfig,
    private readonly sessions: {
      readonly promptProjection: GraphRunner;
      readonly modulation: GraphRunner;
      readonly denoiser: GraphRunner;
    },
    private readonly loraLayouts: readonly LoraLayout[],
  ) {}

  /** What the graphs take for an edit's LoRAs. */
  loraInputs(loras: readonly LoraChoice[]): LoraInputs {
    return loraInputs(this.loraLayouts, loras);
  }

  /**
   * Projects a prompt and lays out the joint sequence's positions.
   * @param grids the target's size in tokens, then the references'
   */
  async condition(prompt: PromptEmbeds, grids: readonly TokenGrid[], loras: LoraInputs): Promise<Conditioning> {
    const { jointAttentionDim, axesDimsRope } = this.config;
    const text = await this.sessions.promptProjection.run({
      prompt_embeds: floats(prompt.data, prompt.tokens, jointAttentionDim),
      ...loras,
    });
    return {
      text: text.data,
      textTokens: prompt.tokens,
      tables: ropeTables(prompt.tokens, grids, axesDimsRope),
      loras,
    };
  }

  /**
   * What the timesteps of a schedule do to every block.
   * @param timesteps float32 [steps], 0–1
   */
  modulation(timesteps: Float32Array, loras: LoraInputs): ModulationSchedule {
    const { zeroCondT } = this.config;
    return new ModulationSchedule(timesteps, modulationLength(this.config), zeroCondT, async (some) => {
      const embedding = floats(timestepEmbedding(some), some.length, TIMESTEP_CHANNELS);
      return (await this.sessions.modulation.run({ timestep_embedding: embedding, ...loras })).data;
    });
  }

  /**
   * Predicts the velocity of the target's latents at one step.
   * @param latents float32 [target tokens, inChannels]
   * @param references float32 [reference tokens, inChannels]
   * @returns float32 [target tokens, inChannels]
   */
  async velocity(
    latents: Float32Array,
    references: Float32Array,
    modulation: StepVectors,
    { text, textTokens, tables, loras }: Conditioning,
  ): Promise<Float32Array> {
    const { inChannels, innerDim, attentionHeadDim } = this.config;
    const tokens = textTokens + (latents.length + references.length) / inChannels;
    const velocity = await this.sessions.denoiser.run({
      latents: floats(latents, latents.length / inChannels, inChannels),
      reference_latents: floats(references, references.length / inChannels, inChannels),
      text: floats(text, textTokens, innerDim),
      modulation: floats(modulation.step, modulation.step.length),
      ...(modulation.references === null
        ? {}
        : { reference_modulation: floats(modulation.references, modulation.references.length) }),
      cos: floats(tables.cos, tokens, attentionHeadDim / 2),
      sin: floats(tables.sin, tokens, attentionHeadDim / 2),
      ...loras,
    });
    return velocity.data;
  }
}
