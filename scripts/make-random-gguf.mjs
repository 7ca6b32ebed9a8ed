// @ts-check
/**
 * Writes a checkpoint of the published layout whose transformer is a GGUF file of Q4_0 with random weights of a sane loudness:
 *
 *     node scripts/make-random-gguf.mjs FOLDER [--size middle|published] [--text-encoder sparse|random]
 *
 * `published`: 20.4 billion parameters in 11.5 GB, the published VAE with random weights, and a text encoder of which norms, biases
 * and an eighth of each matrix's rows are random and the rest holes, which read as zeros (16.6 GB in `ls`, 2.1 GB on the disk),
 * unless it is asked for with random weights throughout. `middle`: a hundredth of it, see make-random-checkpoint.mjs. The same
 * size gives the same bytes.
 */
import { createCipheriv, createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { distribution, makeRandomCheckpoint, writeRandom, writeRandomShards } from './make-random-checkpoint.mjs';
import { writeShards } from './make-sparse-checkpoint.mjs';
import { GGUF_BLOCKS, ggufTensorBytes, halfBits, isQuantized, writeGguf } from './support/gguf-file.mjs';
import { drawNormals, toBfloat16 } from './support/random-normals.mjs';

const BLOCK = GGUF_BLOCKS.Q4_0;
const BLOCKS_AT_ONCE = 2 ** 17;
/** Of the rows of a sparse text encoder's matrices so many are random: the miniature's tokens are among the embedding's. */
const RANDOM_ROWS = 1 / 8;

/** Codes of 4 bits stand for -8 to 7; a draw of -8 counts as 0, so that they spread evenly to both sides. */
const CODES = Uint8Array.from({ length: 256 }, (_, byte) => ((byte & 15) === 0 ? byte | 8 : byte)).map((byte) =>
  byte >> 4 === 0 ? byte | 0x80 : byte,
);
/** Root mean square of what they stand for: √(2 · (1² + … + 7²) / 16). */
const CODES_DEVIATION = Math.sqrt(17.5);

/** @typedef {import('./make-sparse-checkpoint.mjs').Tensor} Tensor */

/** @param {Tensor} tensor */
function floats({ name, shape }) {
  const [count = 0] = shape;
  const { mean, deviation } = distribution(name, shape);
  const halves = drawNormals(name)(count, (normal) => toBfloat16(mean + deviation * normal));
  return new Uint8Array(Uint32Array.from(halves, (half) => half << 16).buffer);
}

/**
 * A tensor's blocks, some at a time: a scale in float16, and behind it the codes.
 * @param {Tensor} tensor
 */
function* quantizedParts(tensor) {
  const { mean, deviation } = distribution(tensor.name, tensor.shape);
  if (mean !== 0) throw new Error(`${tensor.name} would need a mean of its own`);
  const scale = halfBits(deviation / CODES_DEVIATION);
  const key = createHash('sha256').update(tensor.name).digest();
  const cipher = createCipheriv('aes-128-ctr', key.subarray(0, 16), key.subarray(16));
  const bytesAtOnce = BLOCKS_AT_ONCE * BLOCK.bytes;
  for (let left = ggufTensorBytes(tensor, 'Q4_0'); left > 0; left -= bytesAtOnce) {
    const bytes = cipher.update(new Uint8Array(Math.min(left, bytesAtOnce)));
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = CODES[bytes[at] ?? 0] ?? 0;
    for (let at = 0; at < bytes.length; at += BLOCK.bytes) bytes.writeUInt16LE(scale, at);
    yield bytes;
  }
}

/**
 * Values for a tensor's first rows, the rest stays holes.
 * @type {import('./make-sparse-checkpoint.mjs').WriteValues}
 */
async function writeSparse(file, { name, shape: [rows = 0, ...others] }, position) {
  const random = others.length === 0 ? rows : Math.ceil(rows * RANDOM_ROWS);
  await writeRandom(file, { name, shape: [random, ...others] }, position);
}

/**
 * @param {string} folder is made, or overwritten
 * @param {'middle' | 'published'} size
 * @param {'sparse' | 'random'} textEncoder
 */
export async function makeRandomGguf(folder, size, textEncoder) {
  /** @type {import('./make-random-checkpoint.mjs').WriteTensors} */
  const writeTensors = async (component, own, stem, tensors) => {
    if (component === 'transformer') {
      await rm(join(own, `${stem}.safetensors`), { force: true });
      await writeGguf(join(own, 'qwen-image-edit-random-Q4_0.gguf'), tensors, 'Q4_0', (tensor) =>
        isQuantized(tensor) ? quantizedParts(tensor) : [floats(tensor)],
      );
    } else if (component === 'text_encoder' && textEncoder === 'sparse')
      await writeShards(own, stem, tensors, writeSparse);
    else await writeRandomShards(component, own, stem, tensors);
  };
  await makeRandomCheckpoint(folder, size, { writeTensors });
}

async function main() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      size: { type: 'string', default: 'published' },
      'text-encoder': { type: 'string', default: 'sparse' },
    },
  });
  const [folder] = positionals;
  const { size, 'text-encoder': textEncoder } = values;
  const isKnown = (size === 'middle' || size === 'published') && (textEncoder === 'sparse' || textEncoder === 'random');
  if (folder === undefined || !isKnown) {
    console.error(
      'usage: node scripts/make-random-gguf.mjs FOLDER [--size middle|published] [--text-encoder sparse|random]',
    );
    process.exitCode = 1;
    return;
  }
  await makeRandomGguf(resolve(folder), size, textEncoder);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main();
}
