import { describe } from '@jest/globals';
import { type Fault, set, testFaults } from '../../support/checkpoint-faults.js';

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
