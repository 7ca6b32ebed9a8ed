import { readFile } from 'node:fs/promises';
import { readInputPicture, type InputPicture } from '../../src/images/input-picture.js';
import type { SizeRules } from '../../src/images/output-size.js';
import type { OutputSize } from '../../src/protocol/edit-settings.js';

/** A picture file as the service hands it to the engine, for a result of this size. */
export async function inputPicture(file: string, rules: SizeRules, size: OutputSize = 'auto'): Promise<InputPicture> {
  return readInputPicture(await readFile(file), { maxPixels: 64e6, maxAspect: 100 }, size, rules);
}
