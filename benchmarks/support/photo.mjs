// @ts-check
import sharp from 'sharp';

/**
 * Writes a square PNG of smooth colours with edges and some grain, as a photo has; the same side and number give the same
 * picture.
 * @param {string} file
 * @param {number} side pixels
 * @param {number} number which of many
 */
export async function writePhoto(file, side, number = 0) {
  const data = Buffer.alloc(side * side * 3);
  let state = 1;
  for (let index = 0; index < data.length; index += 1) {
    const pixel = Math.floor(index / 3);
    const [x, y] = [(pixel % side) / side, Math.floor(pixel / side) / side];
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const inDisc = (x - 0.6) ** 2 + (y - 0.4) ** 2 < 0.05;
    const smooth = 128 + 90 * Math.sin(9 * x + (index % 3) + 2 * number) * Math.cos(7 * y);
    data[index] = (inDisc ? 220 - smooth / 2 : smooth) + (state >>> 28);
  }
  await sharp(data, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toFile(file);
}
