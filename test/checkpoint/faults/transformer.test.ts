import { describe } from '@jest/globals';
import { type Fault, set, testFaults } from '../../support/checkpoint-faults.js';

const TRANSFORMER = 'transformer/config.json';
const TRANSFORMER_FAULTS: readonly Fault[] = [
  ...['guidance_embeds', 'use_additional_t_cond', 'use_layer3d_rope'].map((key): Fault => [
    key,
    set(TRANSFORMER, { [key]: true }),
    `${TRANSFORMER}: ${key} is true; only false is supported`,
  ]),
  [
    'a zero_cond_t that is a text',
    set(TRANSFORMER, { zero_cond_t: 'true' }),
    `${TRANSFORMER}: zero_cond_t is "true", expected true or false`,
  ],
  [
    'a number of layers that is a text',
    set(TRANSFORMER, { num_layers: '60' }),
    `${TRANSFORMER}: num_layers is "60", expected an integer of at least 1`,
  ],
  [
    'half a layer',
    set(TRANSFORMER, { num_layers: 1.5 }),
    `${TRANSFORMER}: num_layers is 1.5, expected an integer of at least 1`,
  ],
  [
    'no heads',
    set(TRANSFORMER, { num_attention_heads: 0 }),
    `${TRANSFORMER}: num_attention_heads is 0, expected an integer of at least 1`,
  ],
  [
    'rotary axes that do not fill a head',
    set(TRANSFORMER, { axes_dims_rope: [16, 56, 58] }),
    `${TRANSFORMER}: axes_dims_rope is [16,56,58], expected three even integers with the sum attention_head_dim (128)`,
  ],
  [
    'two rotary axes',
    set(TRANSFORMER, { axes_dims_rope: [64, 64] }),
    `${TRANSFORMER}: axes_dims_rope is [64,64], expected three integers of at least 1`,
  ],
  [
    'outputs of another width than inputs',
    set(TRANSFORMER, { out_channels: 8 }),
    `${TRANSFORMER}: out_channels is 8, expected in_channels / patch_size² (16)`,
  ],
  [
    'another prompt width than the text encoder’s',
    set(TRANSFORMER, { joint_attention_dim: 4096 }),
    `${TRANSFORMER}: joint_attention_dim is 4096, expected 3584 (text_encoder/config.json's hidden_size)`,
  ],
  [
    'other latents than the vae’s',
    set(TRANSFORMER, { in_channels: 32, out_channels: 8 }),
    `${TRANSFORMER}: in_channels is 32, expected 64 (4 × vae/config.json's z_dim)`,
  ],
  [
    'a quantized checkpoint',
    set(TRANSFORMER, { quantization_config: { quant_method: 'bitsandbytes' } }),
    `${TRANSFORMER}: quantization_config is set; quantized checkpoints are not supported`,
  ],
];

describe('faults of the transformer’s config', () => testFaults(TRANSFORMER_FAULTS));
