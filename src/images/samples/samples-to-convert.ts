import type { Metadata } from 'sharp';
import type { ColourProfile } from '../picture-profile.js';
import type { PictureSource } from '../picture-source.js';
import type { SampleLayout } from './sample-layout.js';

/**
 * The samples that are converted here; undefined where the decoder's conversion is right. Of 16-bit samples with a profile it
 * would make another space's, unless it is made to take 8 bits of them.
 */
export function samplesToConvert(
  source: PictureSource,
  { space, channels }: Metadata,
  profile: ColourProfile,
): SampleLayout | undefined {
  if (source.samples !== undefined) return source.samples;
  if (profile === undefined || profile.kind === 'tables') return undefined;
  if (space !== 'rgb16' && space !== 'grey16') return undefined;
  const colours = space === 'rgb16' ? 3 : 1;
  const lastIsAlpha = channels > colours ? 0 : undefined;
  const alphaExtra = source.tiff === undefined ? lastIsAlpha : source.tiff.alphaExtra;
  return {
    type: 'uint16',
    colours: colours === 3 ? 'rgb' : 'grey',
    channels,
    // What was multiplied by alpha the decoder has divided.
    ...(alphaExtra === undefined ? {} : { alpha: { index: colours + alphaExtra, associated: false } }),
  };
}
