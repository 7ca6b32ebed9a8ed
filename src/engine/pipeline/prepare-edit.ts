import { outputSizes, type OutputSizes } from '../../images/output-size.js';
import type { RgbImage } from '../../images/rgb-image.js';
import { isGuided } from '../../protocol/edit-settings.js';
import type { PictureTokens } from '../../protocol/picture.js';
import type { PictureRequest } from '../../protocol/picture-request.js';
import { concatFloats } from '../concat-floats.js';
import type { EditModel } from '../edit-model.js';
import type { SchedulerService } from '../scheduler/scheduler.service.js';
import type { PackedFloats } from '../sessions/packed-floats.js';
import type { ImageFeatures } from '../text-encoder.js';
import type { Conditioning } from '../transformer.js';
import { LATENT_PATCH, packLatents, type Latents } from '../transformer/latents.js';
import type { LoraInputs } from '../transformer/lora-inputs.js';
import type { TokenGrid } from '../transformer/rope-positions.js';
import { checkRequest } from './check-request.js';
import { editScheduler, usedLoras } from './edit-loras.js';
import { type EditedArea, MaskedArea, WHOLE_PICTURE } from './edited-area.js';
import { EditedInput } from './edited-input.js';
import { takeTurn, type PictureListener } from './picture-listener.js';
import { sizeRules } from '../size-rules.js';
import type { StageClock } from './stage-clock.js';
import { conditionIndex, type ConditionReader, type PipelineVariant } from './variants/pipeline-variant.js';

/** Everything about an edit that all its variants share. */
export interface PreparedEdit {
  readonly sizes: OutputSizes;
  /** Rows of the target's latents. */
  readonly latentHeight: number;
  /** Columns of the target's latents. */
  readonly latentWidth: number;
  /** The references' latents, [all references' tokens, channels], one reference behind the other. */
  readonly references: PackedFloats;
  readonly conditional: Conditioning;
  /** Absent without guidance. */
  readonly unconditional: Conditioning | undefined;
  /** float32 [steps + 1] */
  readonly sigmas: Float32Array;
  /** float32 [steps], 0–1: what the transformer takes. */
  readonly timesteps: Float32Array;
  readonly loras: LoraInputs;
  readonly tokens: PictureTokens;
  /** What of the picture may change. */
  readonly area: EditedArea;
  /** What the result is compared with: the references in their order; with a mask the one that it is for. */
  readonly editedInputs: readonly EditedInput[];
}

/** How a run of the pipeline is timed and watched. */
export interface RunContext {
  readonly clock: StageClock;
  readonly listener: PictureListener;
}

/**
 * Encodes an edit's references and prompts, and makes its schedule.
 * @throws InvalidEditError when the model can't serve the request as it is; CancelledError
 */
export async function prepareEdit(
  model: EditModel,
  request: PictureRequest,
  scheduler: SchedulerService,
  context: RunContext,
): Promise<PreparedEdit> {
  const textTokens = await context.clock.time('text', () => checkRequest(request, model));
  const { transformer, checkpoint } = model;
  const used = usedLoras(request.loras, checkpoint);
  const schedulerConfig = editScheduler(used, checkpoint);
  const loras = transformer.loraInputs(used);
  const rules = sizeRules(checkpoint);
  const tokenSide = rules.multiple;
  const input = followedReference(request, checkpoint.pipeline);
  const sizes = outputSizes(request.size, input.size, rules);
  const target: TokenGrid = { rows: sizes.made.height / tokenSide, columns: sizes.made.width / tokenSide };
  const targetTokens = target.rows * target.columns;

  const references = await encodeReferences(model, request, context);
  const [conditional, unconditional] = await context.clock.time('text', () =>
    encodePrompts(model, request, [target, ...references.grids], loras, context.listener),
  );
  if (conditional === undefined) throw new Error('The prompt has no embeddings');
  await takeTurn(context.listener);
  const { sigmas, timesteps } = scheduler.schedule(schedulerConfig, request.numInferenceSteps, targetTokens);
  return {
    sizes,
    latentHeight: target.rows * LATENT_PATCH,
    latentWidth: target.columns * LATENT_PATCH,
    references: transformer.references(references.packed),
    conditional,
    unconditional,
    sigmas,
    timesteps,
    loras,
    ...(await editedPart(model, request, references, context)),
    tokens: {
      text: textTokens.prompt + textTokens.negativePrompt,
      references: references.packed.length / transformer.config.inChannels,
      target: targetTokens,
    },
  };
}

/** What of the picture may change, and with what its result is compared. */
async function editedPart(
  { vae }: EditModel,
  { masked }: PictureRequest,
  { encoded }: ReferenceTokens,
  { clock, listener }: RunContext,
): Promise<Pick<PreparedEdit, 'area' | 'editedInputs'>> {
  if (masked === null) {
    return {
      area: WHOLE_PICTURE,
      editedInputs: encoded.map(({ picture, latents }) => new EditedInput(picture, latents)),
    };
  }
  const { atMade, changes } = masked;
  const [first] = encoded;
  const isSameSize = first?.picture.width === atMade.width && first.picture.height === atMade.height;
  const latents = isSameSize ? first.latents : await clock.time('encode', () => vae.encode(atMade));
  await takeTurn(listener);
  return { area: new MaskedArea(masked, latents), editedInputs: [new EditedInput(atMade, latents, changes)] };
}

/** The reference whose aspect a result of size auto has. */
function followedReference(
  { references }: PictureRequest,
  { autoSizeFollows }: PipelineVariant,
): PictureRequest['references'][number] {
  const found = references.at(autoSizeFollows === 'first' ? 0 : -1);
  if (found === undefined) throw new Error('An edit has a reference');
  return found;
}

/** What a network is shown of each reference. */
function conditionPictures(model: EditModel, request: PictureRequest, reader: ConditionReader): RgbImage[] {
  const index = conditionIndex(model.checkpoint.pipeline, reader);
  return request.references.map(({ conditions }) => {
    const picture = conditions[index];
    if (picture === undefined) throw new Error('A reference lacks a condition picture');
    return picture;
  });
}

/** The references as the transformer takes them. */
interface ReferenceTokens {
  /** float32 [all references' tokens, channels] */
  readonly packed: Float32Array;
  readonly grids: readonly TokenGrid[];
  readonly encoded: readonly EncodedReference[];
}

/** A reference as the VAE saw it, and what it made of it. */
interface EncodedReference {
  readonly picture: RgbImage;
  readonly latents: Latents;
}

async function encodeReferences(
  model: EditModel,
  request: PictureRequest,
  { clock, listener }: RunContext,
): Promise<ReferenceTokens> {
  const packed: Float32Array[] = [];
  const grids: TokenGrid[] = [];
  const encoded: EncodedReference[] = [];
  for (const picture of conditionPictures(model, request, 'vae')) {
    const latents = await clock.time('encode', () => model.vae.encode(picture));
    await takeTurn(listener);
    encoded.push({ picture, latents });
    packed.push(packLatents(latents));
    grids.push({ rows: latents.height / LATENT_PATCH, columns: latents.width / LATENT_PATCH });
  }
  return { packed: concatFloats(packed), grids, encoded };
}

/** The prompt and, with guidance, the negative prompt, as the transformer takes them. */
async function encodePrompts(
  model: EditModel,
  request: PictureRequest,
  grids: readonly TokenGrid[],
  loras: LoraInputs,
  listener: PictureListener,
): Promise<Conditioning[]> {
  const features: ImageFeatures[] = [];
  for (const picture of conditionPictures(model, request, 'vision')) {
    features.push(await model.textEncoder.encodeImage(picture));
    await takeTurn(listener);
  }
  const negative = isGuided(request) ? [request.negativePrompt] : [];
  const embeds = await model.textEncoder.encodePrompts([request.prompt, ...negative], features);
  return Promise.all(embeds.map((prompt) => model.transformer.condition(prompt, grids, loras)));
}
