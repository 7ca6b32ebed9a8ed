import { describe } from '@jest/globals';
import { testFaults, type Fault } from '../support/checkpoint-faults.js';
import type { SyntheticCheckpoint } from '../support/synthetic-checkpoint.js';

type BreakIt = (checkpoint: SyntheticCheckpoint) => Promise<void>;

/** Sets keys of a JSON file. */
const set =
  (label: string, changes: Record<string, unknown>): BreakIt =>
  (checkpoint) =>
    checkpoint.set(label, changes);

const INDEX = 'model_index.json';
const PIPELINE_FAULTS: readonly Fault[] = [
  [
    'another pipeline',
    set(INDEX, { _class_name: 'QwenImageEditPlusPipeline' }),
    `${INDEX}: _class_name is "QwenImageEditPlusPipeline", a pipeline that is not supported; supported is QwenImageEditPipeline`,
  ],
  [
    'no pipeline class',
    set(INDEX, { _class_name: undefined }),
    `${INDEX}: _class_name is missing; supported is QwenImageEditPipeline`,
  ],
  [
    'another transformer class',
    set(INDEX, { transformer: ['diffusers', 'FluxTransformer2DModel'] }),
    `${INDEX}: transformer is a "FluxTransformer2DModel"; only QwenImageTransformer2DModel is supported`,
  ],
  [
    'an unknown scheduler class',
    set(INDEX, { scheduler: ['diffusers', 'UniPCMultistepScheduler'] }),
    `${INDEX}: scheduler is a "UniPCMultistepScheduler"; only FlowMatchEulerDiscreteScheduler is supported`,
  ],
  [
    'no vae',
    set(INDEX, { vae: undefined }),
    `${INDEX}: vae is missing, expected [library, class] with the class AutoencoderKLQwenImage`,
  ],
  [
    'a vae of null',
    set(INDEX, { vae: null }),
    `${INDEX}: vae is null, expected [library, class] with the class AutoencoderKLQwenImage`,
  ],
  ['a list', (checkpoint) => checkpoint.writeJson(INDEX, []), `${INDEX} must hold a JSON object`],
  ['half a file', (checkpoint) => checkpoint.write(INDEX, '{"_class_name": "Qwen'), `${INDEX} is not valid JSON`],
  ['an empty file', (checkpoint) => checkpoint.write(INDEX, ''), `${INDEX} is not valid JSON (it is empty)`],
];

describe('faults of model_index.json', () => testFaults(PIPELINE_FAULTS));

const SCHEDULER = 'scheduler/scheduler_config.json';
const SCHEDULER_FAULTS: readonly Fault[] = [
  ['a missing file', (checkpoint) => checkpoint.delete(SCHEDULER), `${SCHEDULER} is missing`],
  [
    'another class',
    set(SCHEDULER, { _class_name: 'EulerDiscreteScheduler' }),
    `${SCHEDULER}: _class_name is "EulerDiscreteScheduler"; only "FlowMatchEulerDiscreteScheduler" is supported`,
  ],
  ...['invert_sigmas', 'stochastic_sampling', 'use_karras_sigmas', 'use_exponential_sigmas', 'use_beta_sigmas'].map(
    (key): Fault => [key, set(SCHEDULER, { [key]: true }), `${SCHEDULER}: ${key} is true; only false is supported`],
  ),
  [
    'another kind of time shift',
    set(SCHEDULER, { time_shift_type: 'cosine' }),
    `${SCHEDULER}: time_shift_type is "cosine"; only "exponential" or "linear" is supported`,
  ],
  [
    'a shift that is a text',
    set(SCHEDULER, { shift: '3.0' }),
    `${SCHEDULER}: shift is "3.0", expected a number above 0`,
  ],
  ['no base shift', set(SCHEDULER, { base_shift: null }), `${SCHEDULER}: base_shift is null, expected a number`],
  [
    'a terminal beyond the schedule',
    set(SCHEDULER, { shift_terminal: 1 }),
    `${SCHEDULER}: shift_terminal is 1, expected null or a number below 1`,
  ],
  [
    'equal sequence lengths',
    set(SCHEDULER, { max_image_seq_len: 256 }),
    `${SCHEDULER}: max_image_seq_len is 256, expected another number than base_image_seq_len (256)`,
  ],
];

describe('faults of the scheduler’s config', () => testFaults(SCHEDULER_FAULTS));

const TRANSFORMER = 'transformer/config.json';
const TRANSFORMER_FAULTS: readonly Fault[] = [
  ...['guidance_embeds', 'zero_cond_t', 'use_additional_t_cond', 'use_layer3d_rope'].map((key): Fault => [
    key,
    set(TRANSFORMER, { [key]: true }),
    `${TRANSFORMER}: ${key} is true; only false is supported`,
  ]),
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

const VAE = 'vae/config.json';
const VAE_FAULTS: readonly Fault[] = [
  ['attention in the encoder', set(VAE, { attn_scales: [0.5] }), `${VAE}: attn_scales is [0.5]; only [] is supported`],
  [
    'another count of downsamplings than levels',
    set(VAE, { temperal_downsample: [true] }),
    `${VAE}: temperal_downsample is [true], expected one entry less than dim_mult (3)`,
  ],
  [
    'downsamplings that are numbers',
    set(VAE, { temperal_downsample: [0, 1, 1] }),
    `${VAE}: temperal_downsample is [0,1,1], expected a list of true and false`,
  ],
  ['transparent pictures', set(VAE, { input_channels: 4 }), `${VAE}: input_channels is 4; only 3 is supported`],
  [
    'fewer means than channels',
    set(VAE, { latents_mean: [0, 1] }),
    `${VAE}: latents_mean is [0,1], expected 16 numbers`,
  ],
  [
    'a deviation of zero',
    set(VAE, { latents_std: new Array(16).fill(0) }),
    `${VAE}: latents_std is [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0], expected 16 numbers above 0`,
  ],
];

describe('faults of the vae’s config', () => testFaults(VAE_FAULTS));

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

const PREPROCESSOR = 'processor/preprocessor_config.json';
const PREPROCESSOR_FAULTS: readonly Fault[] = [
  [
    'a missing file',
    (checkpoint) => checkpoint.delete(PREPROCESSOR),
    `${PREPROCESSOR} is missing, and processor/processor_config.json with image_processor too`,
  ],
  [
    'another processor',
    set(PREPROCESSOR, { image_processor_type: 'CLIPImageProcessor' }),
    `${PREPROCESSOR}: image_processor_type is "CLIPImageProcessor"; only "Qwen2VLImageProcessor" or "Qwen2VLImageProcessorFast" or "Qwen2_5_VLImageProcessor" is supported`,
  ],
  [
    'no resizing',
    set(PREPROCESSOR, { do_resize: false }),
    `${PREPROCESSOR}: do_resize is false; only true is supported`,
  ],
  ['another filter', set(PREPROCESSOR, { resample: 2 }), `${PREPROCESSOR}: resample is 2; only 3 is supported`],
  [
    'a size without areas',
    set(PREPROCESSOR, { min_pixels: undefined, size: { height: 224, width: 224 } }),
    `${PREPROCESSOR}: size.shortest_edge is missing, expected an area in pixels (or min_pixels beside size)`,
  ],
  [
    'other patches than the vision tower’s',
    set(PREPROCESSOR, { patch_size: 16 }),
    `${PREPROCESSOR}: patch_size is 16, expected 14 (text_encoder/config.json's vision_config.patch_size)`,
  ],
  [
    'a fault in the nested form',
    (checkpoint) => checkpoint.writeJson('processor/processor_config.json', { image_processor: { merge_size: 0 } }),
    'processor/processor_config.json: image_processor.merge_size is 0, expected an integer of at least 1',
  ],
];

describe('faults of the image processor’s config', () => testFaults(PREPROCESSOR_FAULTS));

const service = (settings: unknown): BreakIt => {
  return (checkpoint) => checkpoint.writeJson('service.json', settings);
};
const SERVICE_FAULTS: readonly Fault[] = [
  [
    'a misspelt key',
    service({ default_step: 8 }),
    'service.json: default_step is not known; known are condition_area, native_area, default_size, default_steps, default_true_cfg_scale, model_id, suggestions',
  ],
  [
    'steps of zero',
    service({ default_steps: 0 }),
    'service.json: default_steps is 0, expected an integer of at least 1 and of at most 150',
  ],
  [
    'a size with a capital X',
    service({ default_size: '64X64' }),
    'service.json: default_size is "64X64", expected "auto" or "WIDTHxHEIGHT" with sides of 64–4096 pixels',
  ],
  [
    'a size that is too small',
    service({ default_size: '64x63' }),
    'service.json: default_size is "64x63", expected "auto" or "WIDTHxHEIGHT" with sides of 64–4096 pixels',
  ],
  [
    'a negative guidance scale',
    service({ default_true_cfg_scale: -1 }),
    'service.json: default_true_cfg_scale is -1, expected a number of at least 0',
  ],
  [
    'an area that is a text',
    service({ condition_area: '1024x1024' }),
    'service.json: condition_area is "1024x1024", expected an integer of at least 1 and of at most 4194304',
  ],
  [
    'an id with a space',
    service({ model_id: 'my model' }),
    'service.json: model_id is "my model", expected a text of letters, digits and . _ - /',
  ],
  [
    'blank suggestions',
    service({ suggestions: [' '] }),
    'service.json: suggestions is [" "], expected a list of texts',
  ],
  ['no object', service('auto'), 'service.json must hold a JSON object'],
];

describe('faults of service.json', () => testFaults(SERVICE_FAULTS));

const TOKENIZER_FAULTS: readonly Fault[] = [
  [
    'no tokenizer',
    (checkpoint) => checkpoint.delete('tokenizer'),
    'the tokenizer is missing: neither processor nor tokenizer holds tokenizer.json, or vocab.json and merges.txt',
  ],
  [
    'a vocabulary without merges',
    (checkpoint) => checkpoint.delete('tokenizer/merges.txt'),
    'tokenizer/merges.txt is missing, though tokenizer/vocab.json is there',
  ],
  [
    'an id that is a text',
    (checkpoint) => checkpoint.writeJson('tokenizer/vocab.json', { a: 0, b: 'x' }),
    'tokenizer/vocab.json: "b" is "x", expected a token id',
  ],
  [
    'a broken tokenizer.json',
    (checkpoint) => checkpoint.write('processor/tokenizer.json', '{"version": "1.0",'),
    'processor/tokenizer.json is not valid JSON',
  ],
];

describe('faults of the tokenizer’s files', () => testFaults(TOKENIZER_FAULTS));
