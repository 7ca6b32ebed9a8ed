import { readFile } from 'node:fs/promises';
import { decodeImage } from '../../src/images/decode.js';
import { type MaskUse, readEditMask } from '../../src/images/mask/edit-mask.js';
import { keptPicture, type MaskedPicture } from '../../src/images/mask/masked-picture.js';
import type { SizeRules } from '../../src/images/output-size.js';

const LIMITS = { maxPixels: 64e6, maxAspect: 100 };
const OUTPUT_LIMITS = { maxOutputSide: 4096, maxOutputPixels: 4_194_304 };

/** A picture file with the file of its mask, as the service hands them to the engine. */
export async function maskedPicture(
  picture: string,
  mask: string,
  rules: SizeRules,
  asked: MaskUse['asked'] = 'auto',
  feather = 8,
): Promise<MaskedPicture> {
  const use = { asked, feather, outputLimits: OUTPUT_LIMITS, rules };
  const { size, weights, changes } = await readEditMask(await readFile(mask), LIMITS, use);
  return { ...keptPicture(await decodeImage(await readFile(picture), LIMITS), size, rules), weights, changes };
}
