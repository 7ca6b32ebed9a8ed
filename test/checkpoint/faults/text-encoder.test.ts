import { describe } from '@jest/globals';
import { type Fault, set, testFaults } from '../../support/checkpoint-faults.js';

const TEXT = 'text_encoder/config.json';
const VISION = {
  depth: 32,
  hidden_size: 1280,
  num_heads: 16,
  out_hidden_size: 3584,
  fullatt_block_indexes: [7],
};
const TEXT_FAULTS: readonly Fault[] = [
  [
    'another model',
    set(TEXT, { model_type: 'qwen3_vl' }),
    `${TEXT}: model_type is "qwen3_vl"; only "qwen2_5_vl" is supported`,
  ],
  [
    'sliding windows',
    set(TEXT, { use_sliding_window: true }),
    `${TEXT}: use_sliding_window is true; only false is supported`,
  ],
  [
    'sliding windows by layer',
    set(TEXT, { layer_types: ['full_attention', 'sliding_attention'] }),
    `${TEXT}: layer_types is ["full_attention","sliding_attention"]; only "full_attention" in every layer is supported`,
  ],
  ['another activation', set(TEXT, { hidden_act: 'gelu' }), `${TEXT}: hidden_act is "gelu"; only "silu" is supported`],
  [
    'a rotary type that stretches',
    set(TEXT, { rope_scaling: { rope_type: 'yarn', factor: 4, mrope_section: [16, 24, 24] } }),
    `${TEXT}: rope_scaling.rope_type is "yarn"; only "default" or "mrope" is supported`,
  ],
  [
    'the same under its older name',
    set(TEXT, { rope_scaling: { type: 'linear', mrope_section: [16, 24, 24] } }),
    `${TEXT}: rope_scaling.type is "linear"; only "default" or "mrope" is supported`,
  ],
  [
    'rotary sections that do not fill a head',
    set(TEXT, { rope_scaling: { rope_type: 'default', mrope_section: [16, 24, 25] } }),
    `${TEXT}: rope_scaling.mrope_section is [16,24,25], expected three integers with the sum 64 (half of a head's 128 values)`,
  ],
  [
    'heads that do not divide the width',
    set(TEXT, { num_attention_heads: 30 }),
    `${TEXT}: num_attention_heads is 30, expected a divisor of hidden_size (3584) that leaves heads of a multiple of 2`,
  ],
  [
    'groups that do not divide the heads',
    set(TEXT, { num_key_value_heads: 3 }),
    `${TEXT}: num_key_value_heads is 3, expected a divisor of num_attention_heads (28)`,
  ],
  [
    'an image token beyond the vocabulary',
    set(TEXT, { image_token_id: 152064 }),
    `${TEXT}: image_token_id is 152064, expected less than vocab_size (152064)`,
  ],
  [
    'a fault in the nested text config',
    set(TEXT, { text_config: { hidden_size: '3584' } }),
    `${TEXT}: text_config.hidden_size is "3584", expected an integer of at least 1`,
  ],
  [
    'a vision tower of another output',
    set(TEXT, { vision_config: { ...VISION, out_hidden_size: 2048 } }),
    `${TEXT}: vision_config.out_hidden_size is 2048, expected the language model's hidden_size (3584)`,
  ],
  [
    'another activation of the vision tower',
    set(TEXT, { vision_config: { ...VISION, hidden_act: 'quick_gelu' } }),
    `${TEXT}: vision_config.hidden_act is "quick_gelu"; only "silu" is supported`,
  ],
  [
    'a window smaller than a token',
    set(TEXT, { vision_config: { ...VISION, window_size: 20 } }),
    `${TEXT}: vision_config.window_size is 20, expected an integer of at least 28`,
  ],
];

describe('faults of the text encoder’s config', () => testFaults(TEXT_FAULTS));
