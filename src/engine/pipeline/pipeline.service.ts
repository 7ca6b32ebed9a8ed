import { setImmediate } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { RgbImage } from '../../images/rgb-image.js';
import type { MadePicture } from '../../protocol/picture.js';
import type { PictureRequest } from '../../protocol/picture-request.js';
import type { EditModel } from '../edit-model.js';
import { torchRandn } from '../random/torch-randn.js';
import { Recent } from '../recent.js';
import { SchedulerService } from '../scheduler/scheduler.service.js';
import type { Transformer } from '../transformer.js';
import { guide } from '../transformer/guidance.js';
import { LATENT_PATCH, packLatents, unpackLatents, type Latents } from '../transformer/latents.js';
import type { ModulationSchedule } from '../transformer/modulation-schedule.js';
import type { TokenGrid } from '../transformer/rope-tables.js';
import { CancelledError } from './cancelled-error.js';
import { checkRequest } from './check-request.js';
import { finishPicture } from './finish-picture.js';
import { outputSizes } from './output-size.js';
import type { PreparedEdit } from './prepared-edit.js';
import { previewSteps } from './preview-steps.js';
import { StageClock } from './stage-clock.js';

/** Prepared edits that are kept: a batch whose pictures take turns with others' is not prepared anew each time. */
const KEPT_EDITS = 4;
/** Schedules whose modulation is kept: it is large, and most pictures have the same. */
const KEPT_SCHEDULES = 1;

/** How a picture is watched and stopped while it is made. */
export interface PictureListener {
  progress(step: number): void;
  preview(index: number, image: RgbImage): void;
  /** Asked between the steps. */
  isCancelled(): boolean;
}

/** diffusers' QwenImageEditPipeline: text encoder → VAE encoder → denoising loop → VAE decoder. */
@Injectable()
export class PipelineService {
  private readonly prepared = new Recent<PreparedEdit>(KEPT_EDITS);
  private readonly schedules = new Recent<ModulationSchedule>(KEPT_SCHEDULES);

  constructor(private readonly scheduler: SchedulerService) {}

  /** Forgets what was prepared with another model. */
  reset(): void {
    this.prepared.clear();
    this.schedules.clear();
  }

  /**
   * Makes one picture.
   * @throws InvalidEditError when the model can't serve the request as it is; CancelledError
   */
  async make(model: EditModel, request: PictureRequest, listener: PictureListener): Promise<MadePicture> {
    const clock = new StageClock();
    const edit = this.prepared.get(request.editKey) ?? (await this.prepare(model, request, clock, listener));
    this.prepared.set(request.editKey, edit);
    const latents = await this.denoise(model, request, edit, clock, listener);
    const data = await clock.time('decode', async () =>
      finishPicture(await model.vae.decode(latents), edit.sizes, request.outputType),
    );
    return {
      picture: { ...edit.sizes.result, data },
      seconds: clock.seconds(),
      stages: clock.runs(),
      tokens: edit.tokens,
    };
  }

  /** The condition picture, the prompts and the schedule of an edit. */
  private async prepare(
    model: EditModel,
    request: PictureRequest,
    clock: StageClock,
    listener: PictureListener,
  ): Promise<PreparedEdit> {
    const textTokens = await clock.time('text', () => checkRequest(request, model));
    const [input] = request.references;
    if (input === undefined) throw new Error('An edit has an input');
    const { textEncoder, transformer, vae, checkpoint } = model;
    const tokenSide = vae.config.spatialCompression * LATENT_PATCH;
    const sizes = outputSizes(request.size, input.size, checkpoint.service.nativeArea, tokenSide);

    const [condition] = input.conditions;
    if (condition === undefined) throw new Error('An input has a condition picture');
    const reference = await clock.time('encode', () => vae.encode(condition));
    await takeTurn(listener);
    const target: TokenGrid = { rows: sizes.made.height / tokenSide, columns: sizes.made.width / tokenSide };
    const grids = [target, { rows: reference.height / LATENT_PATCH, columns: reference.width / LATENT_PATCH }];
    const targetTokens = target.rows * target.columns;

    const [conditional, unconditional] = await clock.time('text', async () => {
      const features = await textEncoder.encodeImage(condition);
      await takeTurn(listener);
      const negative = request.trueCfgScale > 1 ? [request.negativePrompt] : [];
      const embeds = await textEncoder.encodePrompts([request.prompt, ...negative], features);
      return Promise.all(embeds.map((prompt) => transformer.condition(prompt, grids)));
    });
    if (conditional === undefined) throw new Error('The prompt has no embeddings');
    await takeTurn(listener);
    const { sigmas, timesteps } = this.scheduler.schedule(
      checkpoint.scheduler,
      request.numInferenceSteps,
      targetTokens,
    );
    const references = packLatents(reference);
    const referenceTokens = references.length / transformer.config.inChannels;
    return {
      sizes,
      latentHeight: target.rows * LATENT_PATCH,
      latentWidth: target.columns * LATENT_PATCH,
      references,
      conditional,
      unconditional,
      sigmas,
      timesteps,
      tokens: {
        text: textTokens.prompt + textTokens.negativePrompt,
        references: referenceTokens,
        target: targetTokens,
      },
    };
  }

  /** From noise to the edited picture's latents. */
  private async denoise(
    { transformer, vae }: EditModel,
    request: PictureRequest,
    edit: PreparedEdit,
    clock: StageClock,
    listener: PictureListener,
  ): Promise<Latents> {
    const { latentHeight: height, latentWidth: width, references, conditional, unconditional, sigmas } = edit;
    const channels = vae.config.zDim;
    const schedule = this.modulation(transformer, edit.timesteps);
    const previews = previewSteps(request.numInferenceSteps, request.partialImages);
    let latents = packLatents({ data: torchRandn(request.seed, channels * height * width), channels, height, width });
    for (let step = 0; step < request.numInferenceSteps; step += 1) {
      const sigma = sigmas[step] ?? 0;
      // One stretch of the stage's time a step: what is made for all steps counts to the first.
      const velocity = await clock.time('denoise', async () => {
        if (step === 0) await schedule.prepare();
        const modulation = await schedule.at(step);
        const conditioned = await transformer.velocity(latents, references, modulation, conditional);
        if (unconditional === undefined) return conditioned;
        const without = await transformer.velocity(latents, references, modulation, unconditional);
        return guide(conditioned, without, request.trueCfgScale, transformer.config.inChannels);
      });
      if (previews.includes(step + 1)) {
        // Along the velocity all the way to sigma 0: the clean picture as the model sees it now.
        const clean = this.scheduler.step(latents, velocity, sigma, 0);
        const planes = await clock.time('decode', () => vae.decode(unpackLatents(clean, channels, height, width)));
        listener.preview(previews.indexOf(step + 1), {
          ...edit.sizes.result,
          data: finishPicture(planes, edit.sizes, 'pil'),
        });
      }
      latents = this.scheduler.step(latents, velocity, sigma, sigmas[step + 1] ?? 0);
      listener.progress(step + 1);
      await takeTurn(listener);
    }
    return unpackLatents(latents, channels, height, width);
  }

  private modulation(transformer: Transformer, timesteps: Float32Array): ModulationSchedule {
    const key = timesteps.join();
    const schedule = this.schedules.get(key) ?? transformer.modulation(timesteps);
    this.schedules.set(key, schedule);
    return schedule;
  }
}

/** Runs block the thread: messages from the parent process are read here, and a cancelled picture ends here. */
async function takeTurn(listener: PictureListener): Promise<void> {
  await setImmediate();
  if (listener.isCancelled()) throw new CancelledError();
}
