import { TIMESTEP_CHANNELS } from '../../checkpoint/transformer-config.js';

const HALF = TIMESTEP_CHANNELS / 2;
const SCALE = 1000;
const LOG_MAX_PERIOD = Math.fround(-Math.log(10_000));

/**
 * Sinusoidal embedding of timesteps in 0–1: 128 cosines, then 128 sines, of 1000·timestep at frequencies from 1 down to
 * about 1/10000, every product rounded to float32.
 * Source: diffusers' `get_timestep_embedding` as QwenTimestepProjEmbeddings calls it.
 * @returns float32 [timesteps, 256]
 */
export function timestepEmbedding(timesteps: Float32Array): Float32Array {
  const frequencies = Float32Array.from({ length: HALF }, (_, index) =>
    Math.exp(Math.fround(Math.fround(LOG_MAX_PERIOD * index) / HALF)),
  );
  const embedding = new Float32Array(timesteps.length * TIMESTEP_CHANNELS);
  for (const [step, timestep] of timesteps.entries()) {
    for (const [index, frequency] of frequencies.entries()) {
      const angle = Math.fround(SCALE * Math.fround(timestep * frequency));
      embedding[step * TIMESTEP_CHANNELS + index] = Math.cos(angle);
      embedding[step * TIMESTEP_CHANNELS + HALF + index] = Math.sin(angle);
    }
  }
  return embedding;
}
