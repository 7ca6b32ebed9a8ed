import { setImmediate } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { resizeLanczos, resizeLanczosPlanes } from '../../images/pil-resize.js';
import type { InputPicture } from '../../images/input-picture.js';
import type { EditRequest, EditUsage, Picture, StageSeconds } from '../../inference/protocol.js';
import type { EditModel } from '../edit-model.js';
import { torchRandn } from '../random/torch-randn.js';
import { SchedulerService } from '../scheduler/scheduler.service.js';
import type { Conditioning } from '../transformer.js';
import { guide } from '../transformer/guidance.js';
import { LATENT_PATCH, packLatents, unpackLatents, type Latents } from '../transformer/latents.js';
import type { ModulationSchedule } from '../transformer/modulation-schedule.js';
import type { TokenGrid } from '../transformer/rope-tables.js';
import { toRgbImage } from '../vae/pixels.js';
import { checkRequest } from './check-request.js';
import { outputSizes, type OutputSizes } from './output-size.js';
import { StageClock } from './stage-clock.js';

/** Where a request's progress and pictures go while it runs. */
export interface EditListener {
  /** All count from 1. */
  progress(step: number, steps: number, picture: number, pictures: number): void;
  picture(picture: Picture): void;
}

export interface EditSummary {
  readonly seconds: StageSeconds;
  readonly usage: EditUsage;
}

/** Everything about one input that all its variants share. */
interface PreparedEdit {
  readonly sizes: OutputSizes;
  /** Latent rows and columns of the target. */
  readonly latentHeight: number;
  readonly latentWidth: number;
  /** float32 [reference tokens, channels] */
  readonly references: Float32Array;
  readonly referenceTokens: number;
  readonly targetTokens: number;
  readonly conditional: Conditioning;
  /** Absent without guidance. */
  readonly unconditional: Conditioning | undefined;
  readonly sigmas: Float32Array;
  readonly modulation: ModulationSchedule;
}

/** diffusers' QwenImageEditPipeline: text encoder → VAE encoder → denoising loop → VAE decoder. */
@Injectable()
export class PipelineService {
  constructor(private readonly scheduler: SchedulerService) {}

  /**
   * Makes every picture of a request, input by input and variant by variant.
   * @throws InvalidEditError when the model can't serve the request as it is
   */
  async edit(model: EditModel, request: EditRequest, listener: EditListener): Promise<EditSummary> {
    const clock = new StageClock();
    const textTokens = await clock.time('text', () => checkRequest(request, model));
    const pictures = request.inputs.length * request.n;
    let [imageTokens, outputTokens, done] = [0, 0, 0];
    for (const [inputIndex, references] of request.inputs.entries()) {
      const prepared = await this.prepare(model, request, references, clock);
      imageTokens += prepared.referenceTokens;
      for (let variantIndex = 0; variantIndex < request.n; variantIndex += 1) {
        const seed = (request.seed + variantIndex) % 2 ** 32;
        done += 1;
        const report = (step: number): void => listener.progress(step, request.numInferenceSteps, done, pictures);
        const latents = await clock.time('denoise', () => this.denoise(model, request, prepared, seed, report));
        const made = await clock.time('decode', async () =>
          finish(await model.vae.decode(latents), prepared.sizes, request),
        );
        outputTokens += prepared.targetTokens;
        listener.picture({ inputIndex, variantIndex, seed, ...prepared.sizes.result, data: made });
      }
    }
    return {
      seconds: clock.seconds(),
      usage: { textTokens: textTokens.prompt + textTokens.negativePrompt, imageTokens, outputTokens },
    };
  }

  /** The condition picture, the prompts and the schedule of one input. */
  private async prepare(
    model: EditModel,
    request: EditRequest,
    [input]: readonly InputPicture[],
    clock: StageClock,
  ): Promise<PreparedEdit> {
    if (input === undefined) throw new Error('An edit has an input');
    const { textEncoder, transformer, vae, checkpoint } = model;
    const tokenSide = vae.config.spatialCompression * LATENT_PATCH;
    const sizes = outputSizes(request.size, input.size, checkpoint.service.nativeArea, tokenSide);

    const { condition } = input;
    const reference = await clock.time('encode', () => vae.encode(condition));
    const targetGrid = tokenGrid(sizes.made.height / tokenSide, sizes.made.width / tokenSide);
    const grids = [targetGrid, tokenGrid(reference.height / LATENT_PATCH, reference.width / LATENT_PATCH)];
    const targetTokens = targetGrid.rows * targetGrid.columns;

    const [conditional, unconditional] = await clock.time('text', async () => {
      const features = await textEncoder.encodeImage(condition);
      const prompts = request.trueCfgScale > 1 ? [request.negativePrompt] : [];
      const embeds = await textEncoder.encodePrompts([request.prompt, ...prompts], features);
      return Promise.all(embeds.map((prompt) => transformer.condition(prompt, grids)));
    });
    if (conditional === undefined) throw new Error('The prompt has no embeddings');
    const { sigmas, timesteps } = this.scheduler.schedule(
      checkpoint.scheduler,
      request.numInferenceSteps,
      targetTokens,
    );
    const references = packLatents(reference);
    return {
      sizes,
      latentHeight: targetGrid.rows * LATENT_PATCH,
      latentWidth: targetGrid.columns * LATENT_PATCH,
      references,
      referenceTokens: references.length / transformer.config.inChannels,
      targetTokens,
      conditional,
      unconditional,
      sigmas,
      modulation: transformer.modulation(timesteps),
    };
  }

  /** From noise to the edited picture's latents. */
  private async denoise(
    { transformer, vae }: EditModel,
    request: EditRequest,
    prepared: PreparedEdit,
    seed: number,
    report: (step: number) => void,
  ): Promise<Latents> {
    const { latentHeight: height, latentWidth: width, references, conditional, unconditional, sigmas } = prepared;
    const channels = vae.config.zDim;
    let latents = packLatents({ data: torchRandn(seed, channels * height * width), channels, height, width });
    for (let step = 0; step < request.numInferenceSteps; step += 1) {
      const modulation = await prepared.modulation.at(step);
      let velocity = await transformer.velocity(latents, references, modulation, conditional);
      if (unconditional !== undefined) {
        const without = await transformer.velocity(latents, references, modulation, unconditional);
        velocity = guide(velocity, without, request.trueCfgScale, transformer.config.inChannels);
      }
      latents = this.scheduler.step(latents, velocity, sigmas[step] ?? 0, sigmas[step + 1] ?? 0);
      report(step + 1);
      // Runs block the thread: messages from the parent process are read here, between the steps.
      await setImmediate();
    }
    return unpackLatents(latents, channels, height, width);
  }
}

function tokenGrid(rows: number, columns: number): TokenGrid {
  return { rows, columns };
}

/** Brings a decoded picture, float32 [3, height, width] in 0–1, to the asked size and type. */
function finish(planes: Float32Array, { made, result }: OutputSizes, request: EditRequest): Uint8Array | Float32Array {
  const fits = made.width === result.width && made.height === result.height;
  if (request.outputType === 'pil') {
    const image = toRgbImage(planes, made.width, made.height);
    return (fits ? image : resizeLanczos(image, result.width, result.height)).data;
  }
  if (fits) return planes;
  const resized = resizeLanczosPlanes({ ...made, channels: 3, data: planes }, result.width, result.height);
  return resized.data.map((value) => Math.min(1, Math.max(0, value)));
}
