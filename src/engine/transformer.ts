import { TIMESTEP_CHANNELS, type TransformerConfig } from '../checkpoint/transformer-config.js';
import type { LoraLayout } from '../graph/lora/lora-stacks.js';
import { modulationLength } from '../graph/networks/modulation-layout.js';
import type { LoraChoice } from '../protocol/lora.js';
import type { ComputeType } from '../graph/graph-builder.js';
import { floats, type GraphRunner, type InputTensor } from './sessions/onnx-session.js';
import { packedFloats, type PackedFloats } from './sessions/packed-floats.js';
import type { PromptEmbeds } from './text-encoder.js';
import { loraInputs, type LoraInputs } from './transformer/lora-inputs.js';
import { ModulationSchedule, type StepVectors } from './transformer/modulation-schedule.js';
import { ropePositions, type TokenGrid } from './transformer/rope-positions.js';
import { timestepEmbedding } from './transformer/timestep-embedding.js';

/** What one guidance pass keeps over all steps and variants. */
export interface Conditioning {
  /** [text tokens, innerDim]: the projected prompt. */
  readonly text: PackedFloats;
  /** int32 [text tokens + all pictures' tokens, 3] */
  readonly positions: InputTensor;
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
    /** What the denoiser computes in. */
    private readonly computeType: ComputeType,
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
    const { jointAttentionDim, innerDim, axesDimsRope } = this.config;
    const text = await this.sessions.promptProjection.run({
      prompt_embeds: floats(prompt.data, prompt.tokens, jointAttentionDim),
      ...loras,
    });
    const positions = ropePositions(prompt.tokens, grids);
    return {
      text: packedFloats(this.computeType, text.data, prompt.tokens, innerDim),
      positions: { data: positions, shape: [positions.length / axesDimsRope.length, axesDimsRope.length] },
      loras,
    };
  }

  /**
   * The references' latents as every step takes them.
   * @param latents float32 [reference tokens, inChannels]
   */
  references(latents: Float32Array): PackedFloats {
    const { inChannels } = this.config;
    return packedFloats(this.computeType, latents, latents.length / inChannels, inChannels);
  }

  /**
   * What the timesteps of a schedule do to every block.
   * @param timesteps float32 [steps], 0–1
   */
  modulation(timesteps: Float32Array, loras: LoraInputs): ModulationSchedule {
    const { zeroCondT } = this.config;
    const length = modulationLength(this.config);
    return new ModulationSchedule(timesteps, length, zeroCondT, this.computeType, async (some) => {
      const embedding = floats(timestepEmbedding(some), some.length, TIMESTEP_CHANNELS);
      return (await this.sessions.modulation.run({ timestep_embedding: embedding, ...loras })).data;
    });
  }

  /**
   * Predicts the velocity of the target's latents at one step.
   * @param latents float32 [target tokens, inChannels]
   * @param references their latents, [reference tokens, inChannels]
   * @returns float32 [target tokens, inChannels]
   */
  async velocity(
    latents: Float32Array,
    references: PackedFloats,
    modulation: StepVectors,
    { text, positions, loras }: Conditioning,
  ): Promise<Float32Array> {
    const { inChannels } = this.config;
    const velocity = await this.sessions.denoiser.run({
      latents: floats(latents, latents.length / inChannels, inChannels),
      reference_latents: references,
      text,
      modulation: modulation.step,
      ...(modulation.references === null ? {} : { reference_modulation: modulation.references }),
      positions,
      ...loras,
    });
    return velocity.data;
  }
}
