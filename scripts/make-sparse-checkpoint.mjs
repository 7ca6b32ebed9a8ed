// @ts-check
/**
 * Writes a checkpoint with the published configs, tensor names and shapes, whose weights are holes: 57 GB in `ls`, next
 * to nothing on a disk that knows sparse files. It opens like the real one, and every weight reads as zero.
 *
 *     node scripts/make-sparse-checkpoint.mjs FOLDER [--release edit|2509|2511] [--hub]
 *
 * With --hub FOLDER becomes a hub cache: the model lies below models--…/snapshots/…, its files are links into blobs.
 */
import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { pipelineIndex, publishedRelease, RELEASE_NAMES } from './support/published-releases.mjs';

const PUBLISHED = new URL('../test/published/', import.meta.url);
/** What diffusers and transformers aim at when they cut a model into shards. */
const MAX_SHARD_BYTES = 5e9;
const BF16_BYTES = 2;

/** @typedef {{ name: string, shape: number[] }} Tensor */
/**
 * Writes one tensor's values at a place of a file; without one they stay holes.
 * @typedef {(file: import('node:fs/promises').FileHandle, tensor: Tensor, position: number) => Promise<void>} WriteValues
 */

/** The special tokens that the prompt's template and the vision tower need, at their published ids. */
const SPECIAL_TOKENS = {
  '<|endoftext|>': 151643,
  '<|im_start|>': 151644,
  '<|im_end|>': 151645,
  '<|vision_start|>': 151652,
  '<|vision_end|>': 151653,
  '<|vision_pad|>': 151654,
  '<|image_pad|>': 151655,
  '<|video_pad|>': 151656,
};

/**
 * @param {string} folder is made, or overwritten
 * @param {string} release whose form it has
 * @returns {Promise<{ apparentBytes: number, diskBytes: number }>}
 */
export async function makeSparseCheckpoint(folder, release = 'edit') {
  const form = publishedRelease(release);
  /** @type {Record<string, [string, number[]][]>} */
  const tensors = JSON.parse(await readPublished('tensors.json'));
  await writeJson(join(folder, 'model_index.json'), pipelineIndex(form));
  await copyPublished('scheduler_config.json', join(folder, 'scheduler/scheduler_config.json'));
  await copyPublished('preprocessor_config.json', join(folder, 'processor/preprocessor_config.json'));
  for (const component of ['transformer', 'text_encoder', 'vae']) {
    const config = JSON.parse(await readPublished(`${component}.config.json`));
    const own = component === 'transformer' ? form.transformer : {};
    await writeJson(join(folder, component, 'config.json'), { ...config, ...own });
    const stem = component === 'text_encoder' ? 'model' : 'diffusion_pytorch_model';
    await writeShards(join(folder, component), stem, expandLayers(tensors[component] ?? []));
  }
  for (const component of ['processor', 'tokenizer']) {
    await writeTokenizer(join(folder, component));
  }
  return measure(folder);
}

/**
 * Moves a plain checkpoint's files into a hub cache's blobs and links to them from a snapshot.
 * @param {string} plain
 * @param {string} cache
 * @param {string} repository
 */
async function moveIntoHubCache(plain, cache, repository) {
  const name = `models--${repository.replace('/', '--')}`;
  const model = join(cache, name);
  const revision = createHash('sha1').update(name).digest('hex');
  const snapshot = join(model, 'snapshots', revision);
  await mkdir(join(model, 'blobs'), { recursive: true });
  for (const path of await listFiles(plain)) {
    const blob = join(model, 'blobs', createHash('sha256').update(path).digest('hex'));
    await rename(join(plain, path), blob);
    await mkdir(dirname(join(snapshot, path)), { recursive: true });
    await symlink(relative(dirname(join(snapshot, path)), blob), join(snapshot, path));
  }
  await mkdir(join(model, 'refs'), { recursive: true });
  await writeFile(join(model, 'refs', 'main'), revision);
  await rm(plain, { recursive: true });
}

/**
 * `blocks.{0..2}.a`, `blocks.{0..2}.b` → block 0's a and b, block 1's a and b, …
 * @param {[string, number[]][]} entries
 * @returns {Tensor[]}
 */
export function expandLayers(entries) {
  const tensors = [];
  for (let start = 0; start < entries.length;) {
    const range = layerRange(entries[start]);
    let end = start + 1;
    while (range !== null && end < entries.length && layerRange(entries[end]) === range) {
      end += 1;
    }
    const layers = range === null ? 1 : Number(range.slice('{0..'.length, -1)) + 1;
    for (let layer = 0; layer < layers; layer += 1) {
      for (const [name, shape] of entries.slice(start, end)) {
        tensors.push({ name: range === null ? name : name.replace(range, String(layer)), shape });
      }
    }
    start = end;
  }
  return tensors;
}

/** @param {[string, number[]] | undefined} entry */
function layerRange(entry) {
  return /\{0\.\.\d+\}/.exec(entry?.[0] ?? '')?.[0] ?? null;
}

/**
 * @param {string} folder
 * @param {string} stem
 * @param {Tensor[]} tensors
 * @param {WriteValues} [writeValues]
 */
export async function writeShards(folder, stem, tensors, writeValues) {
  /** @type {Tensor[][]} */
  const shards = [[]];
  let bytes = 0;
  let totalBytes = 0;
  for (const tensor of tensors) {
    const length = tensorBytes(tensor);
    if (bytes > 0 && bytes + length > MAX_SHARD_BYTES) {
      shards.push([]);
      bytes = 0;
    }
    shards.at(-1)?.push(tensor);
    bytes += length;
    totalBytes += length;
  }
  /** @type {Record<string, string>} */
  const weightMap = {};
  for (const [index, shard] of shards.entries()) {
    const number = (/** @type {number} */ value) => String(value).padStart(5, '0');
    const file =
      shards.length === 1
        ? `${stem}.safetensors`
        : `${stem}-${number(index + 1)}-of-${number(shards.length)}.safetensors`;
    await writeShard(join(folder, file), shard, writeValues);
    for (const { name } of shard) {
      weightMap[name] = file;
    }
  }
  if (shards.length > 1) {
    const index = { metadata: { total_size: totalBytes }, weight_map: weightMap };
    await writeJson(join(folder, `${stem}.safetensors.index.json`), index);
  }
}

/**
 * @param {string} path
 * @param {Tensor[]} tensors
 * @param {WriteValues} [writeValues]
 */
async function writeShard(path, tensors, writeValues) {
  /** @type {Record<string, unknown>} */
  const header = { __metadata__: { format: 'pt' } };
  let end = 0;
  for (const tensor of tensors) {
    const begin = end;
    end += tensorBytes(tensor);
    header[tensor.name] = { dtype: 'BF16', shape: tensor.shape, data_offsets: [begin, end] };
  }
  const json = JSON.stringify(header);
  const text = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const file = await open(path, 'w');
  const start = length.length + text.length;
  try {
    await file.write(Buffer.concat([length, text]));
    await file.truncate(start + end);
    let position = start;
    for (const tensor of tensors) {
      await writeValues?.(file, tensor, position);
      position += tensorBytes(tensor);
    }
  } finally {
    await file.close();
  }
}

/** @param {Tensor} tensor */
function tensorBytes({ shape }) {
  return shape.reduce((product, side) => product * side, 1) * BF16_BYTES;
}

/**
 * A byte-level vocabulary without merges: enough to turn any text into ids.
 * @param {string} folder
 */
async function writeTokenizer(folder) {
  const vocabulary = Object.fromEntries(byteCharacters().map((character, id) => [character, id]));
  const special = Object.entries(SPECIAL_TOKENS).map(([content, id]) => [
    String(id),
    { content, lstrip: false, normalized: false, rstrip: false, single_word: false, special: true },
  ]);
  await writeJson(join(folder, 'vocab.json'), vocabulary);
  await writeFile(join(folder, 'merges.txt'), '#version: 0.2\n');
  await writeJson(join(folder, 'added_tokens.json'), SPECIAL_TOKENS);
  await writeJson(join(folder, 'tokenizer_config.json'), {
    add_prefix_space: false,
    added_tokens_decoder: Object.fromEntries(special),
    additional_special_tokens: Object.keys(SPECIAL_TOKENS).slice(1),
    bos_token: null,
    eos_token: '<|im_end|>',
    pad_token: '<|endoftext|>',
    tokenizer_class: 'Qwen2Tokenizer',
    unk_token: null,
  });
}

/** The printable character that stands for each byte in a byte-level vocabulary, as GPT-2 chose them. */
function byteCharacters() {
  const isPrintable = (/** @type {number} */ byte) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const others = bytes.filter((byte) => !isPrintable(byte));
  return [
    ...bytes.filter(isPrintable).map((byte) => String.fromCodePoint(byte)),
    ...others.map((_, index) => String.fromCodePoint(256 + index)),
  ];
}

/** @param {string} name */
export function readPublished(name) {
  return readFile(new URL(name, PUBLISHED), 'utf8');
}

/**
 * @param {string} name
 * @param {string} path
 */
export async function copyPublished(name, path) {
  await writeJson(path, JSON.parse(await readPublished(name)));
}

/**
 * @param {string} path
 * @param {unknown} value
 */
export async function writeJson(path, value) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** @param {string} folder */
async function listFiles(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

/** @param {string} folder */
async function measure(folder) {
  let apparentBytes = 0;
  let diskBytes = 0;
  for (const path of await listFiles(folder)) {
    const { size, blocks } = await stat(join(folder, path));
    apparentBytes += size;
    diskBytes += blocks * 512;
  }
  return { apparentBytes, diskBytes };
}

async function main() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { release: { type: 'string', default: 'edit' }, hub: { type: 'boolean', default: false } },
  });
  const [folder] = positionals;
  if (folder === undefined) {
    console.error(`usage: node scripts/make-sparse-checkpoint.mjs FOLDER [--release ${RELEASE_NAMES}] [--hub]`);
    process.exitCode = 1;
    return;
  }
  const plain = values.hub ? join(folder, '.plain') : folder;
  const { apparentBytes, diskBytes } = await makeSparseCheckpoint(resolve(plain), values.release);
  if (values.hub) {
    await moveIntoHubCache(resolve(plain), resolve(folder), publishedRelease(values.release).repository);
  }
  console.log(`${(apparentBytes / 1e9).toFixed(1)} GB apparent, ${(diskBytes / 1e6).toFixed(1)} MB on disk: ${folder}`);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main();
}
