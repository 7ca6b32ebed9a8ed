import { describe, expect, test } from '@jest/globals';
import { filled } from '../../support/lora-folder.js';
import { LoraReading, type Tensors, TO_Q } from '../../support/read-loras.js';

const lora = new LoraReading();

const KOHYA = 'lora_unet_transformer_blocks_0_attn_add_k_proj';
const OUT = 'transformer_blocks.1.attn.to_out.0';

describe('names that trainers write', () => {
  test.each([
    ['diffusers', `transformer.${TO_Q}.lora_A.weight`, `transformer.${TO_Q}.lora_B.weight`, TO_Q],
    ['bare, as Lightning', `${TO_Q}.lora_down.weight`, `${TO_Q}.lora_up.weight`, TO_Q],
    ['ComfyUI', `diffusion_model.${OUT}.lora_A.weight`, `diffusion_model.${OUT}.lora_B.weight`, OUT],
    ['DiffSynth', `${TO_Q}.lora_A.default.weight`, `${TO_Q}.lora_B.default.weight`, TO_Q],
    ['PEFT', `base_model.model.${TO_Q}.lora_A.weight`, `base_model.model.${TO_Q}.lora_B.weight`, TO_Q],
    ['kohya', `${KOHYA}.lora_down.weight`, `${KOHYA}.lora_up.weight`, 'transformer_blocks.0.attn.add_k_proj'],
    [
      'kohya, a layer with a number',
      'lora_unet_transformer_blocks_1_attn_to_out_0.lora_down.weight',
      'lora_unet_transformer_blocks_1_attn_to_out_0.lora_up.weight',
      OUT,
    ],
    [
      'LyCORIS',
      'lycoris_transformer_blocks_0_attn_to_q.lora_down.weight',
      'lycoris_transformer_blocks_0_attn_to_q.lora_up.weight',
      TO_Q,
    ],
    ['old diffusers', `transformer.${TO_Q}.lora.down.weight`, `transformer.${TO_Q}.lora.up.weight`, TO_Q],
    [
      'a default in front',
      `transformer.default.${TO_Q}.lora_A.weight`,
      `transformer.default.${TO_Q}.lora_B.weight`,
      TO_Q,
    ],
  ])('%s', async (_, down, up, module) => {
    await lora.folder.writeTensors('style.safetensors', lora.pair(down, up));
    const [found] = (await lora.read()).loras;
    expect([...(found?.pairs.keys() ?? [])]).toEqual([module]);
    expect(found?.pairs.get(module)).toMatchObject({ rank: 2, scale: 1, down: { name: down }, up: { name: up } });
  });

  test('every linear layer may be a target, those that no graph computes too', async () => {
    const { innerDim, inChannels, jointAttentionDim, numLayers } = lora.checkpoint.transformer.config;
    const last = `transformer_blocks.${numLayers - 1}`;
    const sizes: Record<string, [number, number]> = {
      img_in: [inChannels, innerDim],
      txt_in: [jointAttentionDim, innerDim],
      'time_text_embed.timestep_embedder.linear_1': [256, innerDim],
      'time_text_embed.timestep_embedder.linear_2': [innerDim, innerDim],
      'norm_out.linear': [innerDim, 2 * innerDim],
      proj_out: [innerDim, inChannels],
      'transformer_blocks.0.img_mod.1': [innerDim, 6 * innerDim],
      [`${last}.txt_mlp.net.0.proj`]: [innerDim, 4 * innerDim],
      [`${last}.txt_mlp.net.2`]: [4 * innerDim, innerDim],
      [`${last}.attn.to_add_out`]: [innerDim, innerDim],
    };
    const tensors = Object.entries(sizes).flatMap(([name, [columns, rows]]) => [
      [`lora_unet_${name.replaceAll('.', '_')}.lora_down.weight`, filled([1, columns])],
      [`lora_unet_${name.replaceAll('.', '_')}.lora_up.weight`, filled([rows, 1])],
    ]);
    await lora.folder.writeTensors('style.safetensors', Object.fromEntries(tensors) as Tensors);
    const { loras, warnings } = await lora.read();
    expect(warnings).toEqual([]);
    expect([...(loras[0]?.pairs.keys() ?? [])]).toEqual(Object.keys(sizes));
  });
});
