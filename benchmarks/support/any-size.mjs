// @ts-check
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What service.json says of the sizes that a checkpoint makes well. */
const RANGE = ['min_area', 'max_area', 'max_side'];

/**
 * Copies a checkpoint, but for its range of sizes: the copy makes each size that it is asked for.
 * @param {string} checkpoint
 * @param {string} copy
 */
export async function copyWithoutRange(checkpoint, copy) {
  await cp(checkpoint, copy, { recursive: true });
  const file = join(copy, 'service.json');
  const settings = Object.entries(JSON.parse(await readFile(file, 'utf8'))).filter(([key]) => !RANGE.includes(key));
  await writeFile(file, JSON.stringify(Object.fromEntries(settings)));
}
