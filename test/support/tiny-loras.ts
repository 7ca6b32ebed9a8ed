import { filled, LoraFolder, type WrittenTensor } from './lora-folder.js';

/** Of the tiny checkpoint `plain`. */
const INNER_DIM = 24;
const BLOCKS = [0, 1];
const LAYERS = ['attn.to_q', 'attn.to_k', 'attn.to_v', 'attn.to_out.0'];

/** Factors of the attention's layers that change the picture for all to see, others for each `start`. */
export function loudLora(start: number): Record<string, WrittenTensor> {
  const tensors: Record<string, WrittenTensor> = {};
  let value = start;
  const wave = (shape: readonly number[]): WrittenTensor => ({
    shape,
    values: filled(shape).values.map(() => Math.sin((value += 1.7))),
  });
  for (const block of BLOCKS) {
    for (const layer of LAYERS) {
      const name = `transformer_blocks.${block}.${layer}`;
      tensors[`${name}.lora_A.weight`] = wave([2, INNER_DIM]);
      tensors[`${name}.lora_B.weight`] = wave([INNER_DIM, 2]);
    }
  }
  return tensors;
}

/** A published name, which the service knows. */
export const LIGHTNING = 'Qwen-Image-Edit-Lightning-4steps-V1.0';

/**
 * A LORA_DIR for the tiny checkpoint `plain`: `style`, whose own scale is 0.5, `other`, one under a name of Lightning's, and
 * `broken`, which is cut off.
 */
export async function tinyLoras(): Promise<LoraFolder> {
  const folder = await LoraFolder.create();
  await folder.writeTensors('style.safetensors', loudLora(1));
  await folder.write('style.json', JSON.stringify({ description: 'Ink on paper', default_scale: 0.5 }));
  await folder.writeTensors('other.safetensors', loudLora(2));
  await folder.write('other.json', JSON.stringify({ steps: 3 }));
  await folder.writeTensors(`${LIGHTNING}.safetensors`, loudLora(3));
  await folder.write('broken.safetensors', Buffer.from('cut off'));
  return folder;
}
