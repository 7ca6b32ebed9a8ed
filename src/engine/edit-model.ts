import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { openSessions } from './sessions/checkpoint-sessions.js';
import { TextEncoder } from './text-encoder.js';
import { PromptTokenizer } from './text/tokenizer.js';
import { Transformer } from './transformer.js';
import { Vae } from './vae.js';

/** A checkpoint with its networks loaded. */
export interface EditModel {
  readonly checkpoint: Checkpoint;
  readonly tokenizer: PromptTokenizer;
  readonly textEncoder: TextEncoder;
  readonly transformer: Transformer;
  readonly vae: Vae;
  /** What the operator should know. */
  readonly warnings: readonly string[];
}

/** Builds and loads an opened checkpoint's networks. */
export async function loadEditModel(checkpoint: Checkpoint): Promise<EditModel> {
  const tokenizer = new PromptTokenizer(checkpoint.tokenizer);
  const { sessions, unexpected } = await openSessions(checkpoint);
  const { textEncoder, transformer, vae } = checkpoint;
  return {
    checkpoint,
    tokenizer,
    textEncoder: new TextEncoder(textEncoder.config, checkpoint.preprocessor, tokenizer, sessions),
    transformer: new Transformer(transformer.config, sessions),
    vae: new Vae(vae.config, sessions),
    warnings: [...checkpoint.warnings, ...unexpected.map((name) => `Nothing reads the tensor ${name}`)],
  };
}
