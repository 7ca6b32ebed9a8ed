import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { MadePicture } from '../../protocol/picture.js';
import type { PictureRequest } from '../../protocol/picture-request.js';
import type { EditModel } from '../edit-model.js';
import { torchRandn } from '../random/torch-randn.js';
import { SchedulerService } from '../scheduler/scheduler.service.js';
import type { Transformer } from '../transformer.js';
import { guide } from '../transformer/guidance.js';
import { packLatents, unpackLatents, type Latents } from '../transformer/latents.js';
import type { ModulationSchedule } from '../transformer/modulation-schedule.js';
import { toRgbImage } from '../vae/pixels.js';
import { finishPicture } from './finish-picture.js';
import { takeTurn, type PictureListener } from './picture-listener.js';
import { prepareEdit, type PreparedEdit, type RunContext } from './prepare-edit.js';
import { previewSteps } from './preview-steps.js';
import { StageClock } from './stage-clock.js';
import { unchangedWarning } from './unchanged-warning.js';

/** Prepared edits that are kept: a batch whose pictures take turns with others' is not prepared anew each time. */
const KEPT_EDITS = 4;
/** Schedules whose modulation is kept: it is large, and most pictures have the same. */
const KEPT_SCHEDULES = 1;

/** diffusers' Qwen-Image edit pipelines: text encoder → VAE encoder → denoising loop → VAE decoder. */
@Injectable()
export class PipelineService {
  /** By the requests' editKey. */
  private readonly prepared = new LRUCache<string, PreparedEdit>({ max: KEPT_EDITS });
  /** By their timesteps. */
  private readonly schedules = new LRUCache<string, ModulationSchedule>({ max: KEPT_SCHEDULES });

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
    const context = { clock, listener };
    const edit = this.prepared.get(request.editKey) ?? (await prepareEdit(model, request, this.scheduler, context));
    this.prepared.set(request.editKey, edit);
    const latents = await this.denoise(model, request, edit, context);
    const { data, warnings } = await clock.time('decode', async () => {
      const planes = await model.vae.decode(latents);
      return {
        data: finishPicture(planes, edit, request.outputType),
        warnings: await warningsAbout(planes, model, edit),
      };
    });
    return {
      picture: { ...edit.sizes.result, data },
      seconds: clock.seconds(),
      stages: clock.runs(),
      tokens: edit.tokens,
      warnings,
    };
  }

  /** From noise to the edited picture's latents. */
  private async denoise(
    { transformer, vae }: EditModel,
    request: PictureRequest,
    edit: PreparedEdit,
    { clock, listener }: RunContext,
  ): Promise<Latents> {
    const { latentHeight: height, latentWidth: width, references, conditional, unconditional, sigmas, area } = edit;
    const channels = vae.config.zDim;
    const schedule = this.modulation(transformer, edit.timesteps);
    const previews = previewSteps(request.numInferenceSteps, request.partialImages);
    const noise = packLatents({ data: torchRandn(request.seed, channels * height * width), channels, height, width });
    let latents = noise;
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
        const clean = area.hold(this.scheduler.step(latents, velocity, sigma, 0), noise, 0);
        const planes = await clock.time('decode', () => vae.decode(unpackLatents(clean, channels, height, width)));
        listener.preview(previews.indexOf(step + 1), {
          ...edit.sizes.result,
          data: finishPicture(planes, edit, 'pil'),
        });
      }
      const next = sigmas[step + 1] ?? 0;
      latents = area.hold(this.scheduler.step(latents, velocity, sigma, next), noise, next);
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

/** @param planes float32 [3, made height, made width] in 0–1 */
async function warningsAbout(
  planes: Float32Array,
  model: EditModel,
  { sizes, editedInput }: PreparedEdit,
): Promise<string[]> {
  const result = toRgbImage(planes, sizes.made.width, sizes.made.height);
  const isInput = await editedInput.isAgain(result, (latents) => model.vae.decode(latents));
  return isInput ? [unchangedWarning(model.checkpoint.service)] : [];
}
