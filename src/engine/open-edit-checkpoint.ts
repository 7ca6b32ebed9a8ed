import type { TransformerSource } from '../protocol/transformer-source.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { openCheckpoint } from '../checkpoint/open-checkpoint.js';
import { PIPELINE_VARIANTS } from './pipeline/variants/pipeline-variants.js';
import type { PipelineVariant } from './pipeline/variants/pipeline-variant.js';

/** A checkpoint of a class that is served, with what is peculiar to the class. */
export type EditCheckpoint = Checkpoint<PipelineVariant>;

/**
 * Opens the checkpoint of an edit model: openCheckpoint for the classes that the engine serves.
 * @param folder as QWEN_MODEL_DIR takes it
 * @param transformer whose weights the transformer has; the checkpoint's own unless given
 * @throws CheckpointError
 */
export function openEditCheckpoint(folder: string, transformer?: TransformerSource): Promise<EditCheckpoint> {
  return openCheckpoint(folder, PIPELINE_VARIANTS, transformer);
}
