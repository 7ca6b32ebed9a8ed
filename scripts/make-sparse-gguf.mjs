// @ts-check
/**
 * Writes a GGUF file of the published transformer's names and shapes, whose weights are holes: its size in `ls`, next to nothing
 * on the disk. It opens like a real one.
 *
 *     node scripts/make-sparse-gguf.mjs FILE [--type Q4_0|Q8_0|Q4_K_M]
 *
 * Q4_K_M is a mixture, as converters make it: Q6_K for the values of the attentions and for what leaves the feed-forwards, Q4_K
 * for the other matrices (13 GB). Tensors of one dimension are F32.
 */
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { expandLayers, readPublished } from './make-sparse-checkpoint.mjs';
import { ggufHeader } from './support/gguf-header.mjs';

/** @typedef {import('./support/gguf-header.mjs').GgmlType} GgmlType */

const FINER = /\.(to_v|add_v_proj|net\.2)\.weight$/;

/** The type of a matrix by its name. @type {Record<string, (name: string) => GgmlType>} */
const MIXTURES = {
  Q4_0: () => 'Q4_0',
  Q8_0: () => 'Q8_0',
  Q4_K_M: (name) => (FINER.test(name) ? 'Q6_K' : 'Q4_K'),
};

const MIXTURE_NAMES = Object.keys(MIXTURES);

/**
 * @param {string} path is made, or overwritten
 * @param {string} mixture one of MIXTURES
 * @returns {Promise<number>} bytes of the file
 */
export async function makeSparseGguf(path, mixture) {
  const typeOf = MIXTURES[mixture];
  if (typeOf === undefined) throw new Error(`--type is ${mixture}; it can be ${MIXTURE_NAMES.join(', ')}`);
  /** @type {Record<string, [string, number[]][]>} */
  const published = JSON.parse(await readPublished('tensors.json'));
  const tensors = expandLayers(published['transformer'] ?? []).map(({ name, shape }) => ({
    name,
    shape,
    // Its rows are shorter than a block of K-quants.
    type: shape.length === 1 || shape.some((side) => side < 256) ? /** @type {const} */ ('F32') : typeOf(name),
  }));
  const { header, fileBytes } = ggufHeader(tensors);
  const file = await open(path, 'w');
  try {
    await file.write(header);
    await file.truncate(fileBytes);
  } finally {
    await file.close();
  }
  return fileBytes;
}

async function main() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { type: { type: 'string', default: 'Q4_K_M' } },
  });
  const [path] = positionals;
  if (path === undefined || !MIXTURE_NAMES.includes(values.type)) {
    console.error(`usage: node scripts/make-sparse-gguf.mjs FILE [--type ${MIXTURE_NAMES.join('|')}]`);
    process.exitCode = 1;
    return;
  }
  const bytes = await makeSparseGguf(resolve(path), values.type);
  console.log(`${(bytes / 1e9).toFixed(1)} GB apparent: ${path}`);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main();
}
