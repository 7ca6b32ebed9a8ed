import { readFile } from 'node:fs/promises';
import { readInputPicture, type InputPicture } from '../../src/images/input-picture.js';

/** A picture file as the service hands it to the engine. */
export async function inputPicture(file: string, conditionAreas: readonly number[]): Promise<InputPicture> {
  return readInputPicture(await readFile(file), { maxPixels: 64e6, maxAspect: 100 }, conditionAreas);
}
