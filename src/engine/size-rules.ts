import type { SizeRules } from '../images/output-size.js';
import type { EditCheckpoint } from './open-edit-checkpoint.js';
import { LATENT_PATCH } from './transformer/latents.js';

/** A checkpoint's: what its service.json asks for, in sides of whole tokens. */
export function sizeRules({ service, vae }: EditCheckpoint): SizeRules {
  const { conditionAreas, conditionFollowsSize, nativeArea, sizeRange } = service;
  const multiple = vae.config.spatialCompression * LATENT_PATCH;
  return { conditionAreas, conditionFollowsSize, nativeArea, range: sizeRange, multiple };
}
