import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { activationBytes } from '../../../src/engine/devices/activation-bytes.js';
import { type Extent, largestExtent } from '../../../src/engine/devices/request-extent.js';
import { openEditCheckpoint, type EditCheckpoint } from '../../../src/engine/open-edit-checkpoint.js';

const MINIATURE = join(import.meta.dirname, '..', '..', '..', 'models', 'mini');

const extent = (checkpoint: EditCheckpoint, outputPixels: number): Extent =>
  largestExtent(checkpoint, { outputPixels, maxReferences: 4 });

/** What the largest result that may be asked for needs of the VAE's decoder. */
function decoderBytes(checkpoint: EditCheckpoint, outputPixels: number): number {
  return activationBytes(checkpoint, extent(checkpoint, outputPixels)).vaeDecoder;
}

test('a checkpoint with a range is planned for the largest size that it makes, not for what is resized from it', async () => {
  const ranged = await openEditCheckpoint(MINIATURE);
  const { sizeRange } = ranged.service;
  const service = { ...ranged.service, sizeRange: { ...sizeRange, minArea: 1, maxArea: Number.MAX_SAFE_INTEGER } };
  expect(extent(ranged, 4_194_304)).toEqual(extent(ranged, sizeRange.maxArea));
  expect(extent(ranged, 64 * 64)).toEqual(extent(ranged, sizeRange.minArea));
  expect(extent(ranged, 4_194_304).encodedPixels).toBe(sizeRange.maxArea);
  expect(decoderBytes({ ...ranged, service }, 4_194_304)).toBeCloseTo(
    (decoderBytes(ranged, 4_194_304) * 4_194_304) / sizeRange.maxArea,
    0,
  );
});
