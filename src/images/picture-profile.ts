import type { Metadata } from 'sharp';
import { profileSpace, readProfile, type ProfileColours } from './icc/icc-profile.js';
import { keepsSrgb } from './icc/keeps-srgb.js';
import type { PictureSource } from './picture-source.js';
import { colourCount } from './samples/sample-layout.js';

/** What a picture's colours are converted from; undefined where that is sRGB. CMYK's profiles are tables, too. */
export type ColourProfile = ProfileColours | undefined;

/**
 * The profile that a picture's colours are converted from. Not one of sRGB, and none that is for samples of another colour space
 * than the picture's, which everyone ignores.
 */
export function colourProfile(source: PictureSource, metadata: Metadata): ColourProfile {
  const { icc } = metadata;
  if (icc === undefined || profileSpace(icc) !== spaceOf(source, metadata)) return undefined;
  return keepsSrgb(icc) ? undefined : readProfile(icc);
}

/** The name that ICC profiles have for the colour space of a picture's samples. */
function spaceOf({ samples }: PictureSource, { space }: Metadata): string | undefined {
  switch (samples?.colours) {
    case undefined:
      if (space === 'cmyk') return 'CMYK';
      return space === 'b-w' || space === 'grey16' ? 'GRAY' : 'RGB ';
    case 'cielab':
    case 'icclab':
      return undefined;
    default:
      return colourCount(samples?.colours ?? 'rgb') === 1 ? 'GRAY' : 'RGB ';
  }
}
