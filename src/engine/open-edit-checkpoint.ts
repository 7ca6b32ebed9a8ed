import type { TransformerSource } from '../protocol/transformer-source.js';
import type { Checkpoint } from '../checkpoint/checkpoint.js';
import { readLoraFolder, type LoraFolder } from '../checkpoint/lora/lora-folder.js';
import { openCheckpoint } from '../checkpoint/open-checkpoint.js';
import { PIPELINE_VARIANTS } from './pipeline/variants/pipeline-variants.js';
import type { PipelineVariant } from './pipeline/variants/pipeline-variant.js';

/** A checkpoint of a class that is served, with what is peculiar to the class, and the LoRAs for it. */
export interface EditCheckpoint extends Checkpoint<PipelineVariant> {
  readonly loras: LoraFolder;
}

/**
 * Opens the checkpoint of an edit model: openCheckpoint for the classes that the engine serves.
 * @param folder as QWEN_MODEL_DIR takes it
 * @param loraDir LORA_DIR's folder, whose faults are told in what is read of it; null: there is none
 * @param transformer whose weights the transformer has; the checkpoint's own unless given
 * @throws CheckpointError
 */
export async function openEditCheckpoint(
  folder: string,
  loraDir: string | null = null,
  transformer?: TransformerSource,
): Promise<EditCheckpoint> {
  const checkpoint = await openCheckpoint(folder, PIPELINE_VARIANTS, transformer);
  return { ...checkpoint, loras: await readLoraFolder(loraDir, checkpoint) };
}
