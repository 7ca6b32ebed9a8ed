import { describe } from '@jest/globals';
import { type Fault, set, testFaults } from '../../support/checkpoint-faults.js';

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
