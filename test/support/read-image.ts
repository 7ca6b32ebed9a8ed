import sharp from 'sharp';
import type { RgbImage } from '../../src/images/rgb-image.js';

/** Reads an RGB picture file as it is. */
export async function readImage(file: string): Promise<RgbImage> {
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new Error(`${file} has ${info.channels} channels`);
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}
