import { truncate } from 'node:fs/promises';
import { describe } from '@jest/globals';
import { testFaults, type Fault } from '../../support/checkpoint-faults.js';
import { safetensors, safetensorsFile, type SyntheticCheckpoint } from '../../support/synthetic-checkpoint.js';

const FILE = 'transformer/diffusion_pytorch_model.safetensors';

/** Replaces the transformer's weights. */
const weights =
  (content: Buffer) =>
  (checkpoint: SyntheticCheckpoint): Promise<void> =>
    checkpoint.write(FILE, content);

const header = (value: unknown, dataBytes = 8): ((checkpoint: SyntheticCheckpoint) => Promise<void>) =>
  weights(safetensorsFile(value, dataBytes));

const tensor = (dtype: string, shape: unknown, begin: number, end: number): Record<string, unknown> => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

const FAULTS: readonly Fault[] = [
  ['an empty file', weights(Buffer.alloc(0)), `${FILE} is truncated: 0 bytes can't hold a safetensors header`],
  ['a file of seven bytes', weights(Buffer.alloc(7)), `${FILE} is truncated: 7 bytes can't hold a safetensors header`],
  [
    'a Git LFS pointer',
    weights(Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n')),
    `${FILE} is a Git LFS pointer and not the weights themselves (run git lfs pull)`,
  ],
  [
    'a header length beyond the format’s limit',
    weights(Buffer.from('\xff\xff\xff\xff\xff\xff\xff\xff{}', 'latin1')),
    `${FILE} is not a safetensors file: its header would have 18446744073709551615 bytes, at most 100000000 are allowed`,
  ],
  [
    'a header length beyond the file’s end',
    weights(Buffer.from('\x40\0\0\0\0\0\0\0{}', 'latin1')),
    `${FILE} is truncated: its header has 64 bytes, but the file only 10 bytes in all`,
  ],
  ['a header that is no JSON', header('{"a": '), `${FILE}: the safetensors header is not valid JSON`],
  ['a header that is a list', header([]), `${FILE}: the safetensors header is not a JSON object`],
  [
    'a tensor that is no object',
    header({ a: 3 }),
    `${FILE}: tensor "a" is 3, expected an object with dtype, shape and data_offsets`,
  ],
  ['an unknown dtype', header({ a: tensor('F12', [4], 0, 8) }), `${FILE}: tensor "a" has the unknown dtype "F12"`],
  [
    'a dtype that names something of every object',
    header({ a: tensor('constructor', [4], 0, 8) }),
    `${FILE}: tensor "a" has the unknown dtype "constructor"`,
  ],
  [
    'a negative side',
    header({ a: tensor('F32', [-2, -1], 0, 8) }),
    `${FILE}: tensor "a" has the shape [-2,-1], expected a list of non-negative integers`,
  ],
  [
    'one data offset',
    header({ a: { dtype: 'F32', shape: [2], data_offsets: [8] } }),
    `${FILE}: tensor "a" has the data_offsets [8], expected two non-negative integers`,
  ],
  [
    'data offsets the wrong way round',
    header({ a: tensor('F32', [2], 8, 0) }),
    `${FILE}: tensor "a" has the data_offsets [8,0]: it ends before it begins`,
  ],
  [
    'a shape that does not fill its bytes',
    header({ a: tensor('F32', [3], 0, 8) }),
    `${FILE}: tensor "a" is F32 [3], which takes 12 bytes, but its data_offsets hold 8`,
  ],
  [
    'a dtype that does not fill its bytes',
    header({ a: tensor('BF16', [2], 0, 8) }),
    `${FILE}: tensor "a" is BF16 [2], which takes 4 bytes, but its data_offsets hold 8`,
  ],
  [
    'overlapping tensors',
    header({ a: tensor('F32', [2], 0, 8), b: tensor('F32', [2], 4, 12) }, 12),
    `${FILE}: tensors "a" and "b" overlap`,
  ],
  [
    'two tensors in the same bytes',
    header({ a: tensor('F32', [2], 0, 8), b: tensor('F32', [2], 0, 8) }),
    `${FILE}: tensors "a" and "b" overlap`,
  ],
  [
    'a hole between tensors',
    header({ a: tensor('F32', [1], 0, 4), b: tensor('F32', [1], 8, 12) }, 12),
    `${FILE}: 4 bytes before tensor "b" belong to no tensor`,
  ],
  [
    'bytes behind the last tensor',
    header({ a: tensor('F32', [1], 0, 4) }, 7),
    `${FILE}: 3 bytes behind the last tensor "a" belong to no tensor`,
  ],
  [
    'a file cut within its data',
    async (checkpoint) => {
      const content = safetensors({ first: [4], second: [6] });
      await checkpoint.write(FILE, content);
      await truncate(checkpoint.at(FILE), content.length - 1);
    },
    `${FILE} is truncated: tensor "second" ends at byte 147, but the file has 146 bytes`,
  ],
];

describe('faults of a safetensors file', () => testFaults(FAULTS));

const INDEX = `${FILE}.index.json`;
const shardFile = (number: number): string => `diffusion_pytorch_model-0000${number}-of-00002.safetensors`;
const shard = (number: number): string => `transformer/${shardFile(number)}`;

/** Two shards and their index, in place of the single file. */
async function writeShards(checkpoint: SyntheticCheckpoint): Promise<void> {
  await checkpoint.delete(FILE);
  await checkpoint.writeTensors(shard(1), { a: [2] });
  await checkpoint.writeTensors(shard(2), { b: [3] });
  await checkpoint.writeJson(INDEX, { metadata: {}, weight_map: { a: shardFile(1), b: shardFile(2) } });
}

const sharded =
  (breakIt: (checkpoint: SyntheticCheckpoint) => Promise<void>) =>
  async (checkpoint: SyntheticCheckpoint): Promise<void> => {
    await writeShards(checkpoint);
    await breakIt(checkpoint);
  };

const weightMap = (map: unknown): ((checkpoint: SyntheticCheckpoint) => Promise<void>) =>
  sharded((checkpoint) => checkpoint.set(INDEX, { weight_map: map }));

const SHARD_FAULTS: readonly Fault[] = [
  [
    'a missing shard',
    sharded((checkpoint) => checkpoint.delete(shard(2))),
    `${shard(2)} is missing, though ${INDEX} names it`,
  ],
  [
    'a tensor that its shard lacks',
    weightMap({ a: shardFile(1), b: shardFile(1) }),
    `${shard(1)}: tensor "b" is missing, though the index places it here`,
  ],
  [
    'a tensor in two shards',
    sharded((checkpoint) => checkpoint.writeTensors(shard(2), { a: [2], b: [3] })),
    `${shard(2)}: tensor "a" is there twice, also in ${shard(1)} as "a"`,
  ],
  ['an index without a weight map', weightMap(undefined), `${INDEX}: weight_map is missing`],
  ['an empty weight map', weightMap({}), `${INDEX}: weight_map is empty`],
  ['a weight map that is a list', weightMap(['a']), `${INDEX}: weight_map is ["a"], expected an object`],
  [
    'a shard outside the folder',
    weightMap({ a: '../vae/diffusion_pytorch_model.safetensors' }),
    `${INDEX}: weight_map gives tensor "a" the file "../vae/diffusion_pytorch_model.safetensors", expected the plain name of a safetensors file`,
  ],
  ['an index that is no JSON', sharded((checkpoint) => checkpoint.write(INDEX, '{')), `${INDEX} is not valid JSON`],
  [
    'shards without an index',
    sharded((checkpoint) => checkpoint.delete(INDEX)),
    `${INDEX} is missing, though there are shards`,
  ],
  [
    'a truncated shard',
    sharded((checkpoint) => truncate(checkpoint.at(shard(2)), 5)),
    `${shard(2)} is truncated: 5 bytes can't hold a safetensors header`,
  ],
];

describe('faults of shards and their index', () => testFaults(SHARD_FAULTS));

const FILE_FAULTS: readonly Fault[] = [
  ['no weights', (checkpoint) => checkpoint.delete(FILE), `${FILE} is missing, and so is its index`],
  [
    'only weights of another format',
    async (checkpoint) => {
      await checkpoint.delete(FILE);
      await checkpoint.write('transformer/diffusion_pytorch_model.bin', 'x');
    },
    `${FILE} is missing: the folder holds weights in another format only; safetensors files are needed`,
  ],
  [
    'only variants, several of them',
    async (checkpoint) => {
      await checkpoint.delete(FILE);
      await checkpoint.writeTensors('transformer/diffusion_pytorch_model.bf16.safetensors', { a: [1] });
      await checkpoint.writeTensors('transformer/diffusion_pytorch_model.fp16.safetensors', { a: [1] });
    },
    'transformer holds only variants (bf16, fp16); expected diffusion_pytorch_model.safetensors or its index',
  ],
  [
    'no folder of a component',
    (checkpoint) => checkpoint.delete('vae'),
    'vae/config.json is missing | vae is missing or empty: the checkpoint has no such folder with files',
  ],
  [
    'a folder in the place of the weights',
    async (checkpoint) => {
      await checkpoint.delete(FILE);
      await checkpoint.write(`${FILE}/readme.txt`, '');
    },
    `${FILE} is not a file`,
  ],
  [
    'the same tensor under both namings',
    (checkpoint) =>
      checkpoint.writeTensors('text_encoder/model.safetensors', {
        'model.norm.weight': [3],
        'model.language_model.norm.weight': [3],
      }),
    'text_encoder/model.safetensors: tensor "model.language_model.norm.weight" is there twice, also in text_encoder/model.safetensors as "model.norm.weight"',
  ],
];

describe('faults of the weight files', () => testFaults(FILE_FAULTS));
