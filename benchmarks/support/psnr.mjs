// @ts-check
import sharp from 'sharp';

/**
 * Peak signal-to-noise ratio of two 8-bit pictures of one size, in dB.
 * @param {string} file
 * @param {string} other
 */
export async function psnr(file, other) {
  const [a, b] = await Promise.all([file, other].map((path) => sharp(path).removeAlpha().raw().toBuffer()));
  if (a === undefined || b === undefined || a.length !== b.length)
    throw new Error(`${file} and ${other} differ in size`);
  let squares = 0;
  for (let index = 0; index < a.length; index += 1) squares += ((a[index] ?? 0) - (b[index] ?? 0)) ** 2;
  return 10 * Math.log10(255 ** 2 / (squares / a.length));
}
