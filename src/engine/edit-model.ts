import type { QuantizedCacheSettings } from '../protocol/load-request.js';
import { CheckpointError } from '../checkpoint/checkpoint-error.js';
import type { DevicePlan } from './devices/device-plan.js';
import { precisionFormat } from './devices/precisions.js';
import type { EditCheckpoint } from './open-edit-checkpoint.js';
import { openSessions } from './sessions/checkpoint-sessions.js';
import { NO_LISTENER, type LoadListener } from './sessions/load-listener.js';
import { TextEncoder } from './text-encoder.js';
import { IMAGE_TOKEN } from './text/prompt-template.js';
import { PromptTokenizer } from './text/tokenizer.js';
import { Transformer } from './transformer.js';
import { Vae } from './vae.js';

/** A checkpoint with its networks loaded. */
export interface EditModel {
  readonly checkpoint: EditCheckpoint;
  readonly tokenizer: PromptTokenizer;
  readonly textEncoder: TextEncoder;
  readonly transformer: Transformer;
  readonly vae: Vae;
  readonly plan: DevicePlan;
  /** What the operator should know. */
  readonly warnings: readonly string[];
  /** Frees the networks' memory; what is used afterwards is loaded again. */
  release(): Promise<void>;
}

/**
 * Builds an opened checkpoint's networks and loads them as planned.
 * @param cache of quantized weights
 * @param listener follows the load
 * @param threads that compute on the processor; null: one for each of its cores
 */
export async function loadEditModel(
  checkpoint: EditCheckpoint,
  plan: DevicePlan,
  cache: QuantizedCacheSettings,
  listener: LoadListener = NO_LISTENER,
  threads: number | null = null,
): Promise<EditModel> {
  const tokenizer = new PromptTokenizer(checkpoint.tokenizer);
  checkImageToken(tokenizer, checkpoint);
  const sessions = await openSessions(checkpoint, plan, cache, listener, threads);
  const { graphs, loraLayouts, unexpected, warnings } = sessions;
  const { pipeline, preprocessor, textEncoder, transformer, vae } = checkpoint;
  return {
    checkpoint,
    tokenizer,
    textEncoder: new TextEncoder(textEncoder.config, preprocessor, tokenizer, pipeline.template, graphs),
    transformer: new Transformer(
      transformer.config,
      graphs,
      loraLayouts,
      precisionFormat(plan.precision, plan.kind).computeType,
    ),
    vae: new Vae(vae.config, graphs),
    plan,
    release: () => sessions.release(),
    warnings: [...checkpoint.warnings, ...warnings, ...unexpected.map((name) => `Nothing reads the tensor ${name}`)],
  };
}

/** Prompts hold the image's place by its token's text, which must be the id that the language model's config names. */
function checkImageToken(tokenizer: PromptTokenizer, { tokenizer: files, textEncoder }: EditCheckpoint): void {
  const [id, ...more] = tokenizer.encode(IMAGE_TOKEN);
  const { imageTokenId } = textEncoder.config;
  if (id === imageTokenId && more.length === 0) return;
  throw new CheckpointError(
    `${files.folder}: ${IMAGE_TOKEN} is ${more.length > 0 ? 'no single token' : `token ${id ?? 'none'}`}, but text_encoder/config.json: image_token_id is ${imageTokenId}`,
  );
}
