// @ts-check
import { join } from 'node:path';
import { register } from 'tsx/esm/api';
import { writeShards } from '../../../scripts/make-sparse-checkpoint.mjs';

register();
const { loraTargets } = await import('../../../src/checkpoint/lora/lora-targets.js');
const { openEditCheckpoint } = await import('../../../src/engine/open-edit-checkpoint.js');

/** What Lightning's files change: the attentions and feed-forwards of all blocks. */
const CHANGED = /^transformer_blocks\.\d+\.(attn|img_mlp|txt_mlp)\./;

/**
 * Writes a LoRA of Lightning's form in bfloat16 whose factors are holes.
 * @param {string} folder that is LORA_DIR
 * @param {string} name
 * @param {string} model the folder of the checkpoint that it is for
 * @param {number} rank
 */
export async function makeSparseLora(folder, name, model, rank) {
  const { transformer } = await openEditCheckpoint(model);
  const tensors = [...loraTargets(transformer.config)]
    .filter(([module]) => CHANGED.test(module))
    .flatMap(([module, { inFeatures, outFeatures }]) => [
      { name: `${module}.lora_down.weight`, shape: [rank, inFeatures] },
      { name: `${module}.lora_up.weight`, shape: [outFeatures, rank] },
    ]);
  await writeShards(join(folder), name, tensors);
}
