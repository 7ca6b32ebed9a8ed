import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openEditCheckpoint } from '../../src/engine/open-edit-checkpoint.js';
import { safetensorsFile, SyntheticCheckpoint } from '../support/synthetic-checkpoint.js';

const SINGLE = 'transformer/diffusion_pytorch_model.safetensors';

let checkpoint: SyntheticCheckpoint;
beforeEach(async () => {
  checkpoint = await SyntheticCheckpoint.create();
});
afterEach(() => checkpoint.remove());

describe('entries', () => {
  test('point at the tensor’s bytes, at odd offsets too', async () => {
    const header = {
      __metadata__: { format: 'pt' },
      flag: { dtype: 'BOOL', shape: [1], data_offsets: [0, 1] },
      'img_in.weight': { dtype: 'F32', shape: [1, 2], data_offsets: [1, 9] },
      empty: { dtype: 'F16', shape: [0, 7], data_offsets: [9, 9] },
      scalar: { dtype: 'I64', shape: [], data_offsets: [9, 17] },
    };
    const content = safetensorsFile(`${JSON.stringify(header)}   `, 17);
    content.writeFloatLE(1.5, content.length - 16);
    content.writeBigInt64LE(-3n, content.length - 8);
    await checkpoint.write(SINGLE, content);

    const { root, transformer } = await openEditCheckpoint(checkpoint.path);
    const entry = transformer.tensors.get('img_in.weight');
    expect(entry).toEqual({
      name: 'img_in.weight',
      dtype: 'F32',
      shape: [1, 2],
      file: SINGLE,
      label: SINGLE,
      offset: content.length - 16,
      length: 8,
    });
    const bytes = await readFile(join(root, entry?.file ?? ''));
    expect(bytes.readFloatLE(entry?.offset)).toBe(1.5);
    const scalar = transformer.tensors.get('scalar');
    expect(scalar).toMatchObject({ shape: [], length: 8 });
    expect(bytes.readBigInt64LE(scalar?.offset)).toBe(-3n);
    expect(transformer.tensors.get('empty')).toMatchObject({ shape: [0, 7], length: 0 });
    expect([...transformer.tensors.names()]).toEqual(['flag', 'img_in.weight', 'empty', 'scalar']);
    expect(transformer.tensors.size).toBe(4);
    expect(transformer.tensors.has('__metadata__')).toBe(false);
    expect(transformer.tensors.get('constructor')).toBeUndefined();
    expect(transformer.tensors.label).toBe(SINGLE);
  });
});

describe('names of the text encoder', () => {
  const WEIGHTS = 'text_encoder/model.safetensors';
  const canonical = [
    'visual.patch_embed.proj.weight',
    'language_model.embed_tokens.weight',
    'language_model.layers.0.mlp.up_proj.weight',
    'language_model.norm.weight',
    'lm_head.weight',
  ];

  test.each([
    [
      'transformers 4',
      [
        'visual.patch_embed.proj.weight',
        'model.embed_tokens.weight',
        'model.layers.0.mlp.up_proj.weight',
        'model.norm.weight',
        'lm_head.weight',
      ],
    ],
    [
      'transformers 5',
      [
        'model.visual.patch_embed.proj.weight',
        'model.language_model.embed_tokens.weight',
        'model.language_model.layers.0.mlp.up_proj.weight',
        'model.language_model.norm.weight',
        'lm_head.weight',
      ],
    ],
  ])('of %s come out the same', async (_what, names) => {
    await checkpoint.writeTensors(WEIGHTS, Object.fromEntries(names.map((name) => [name, [1]])));
    const { tensors } = (await openEditCheckpoint(checkpoint.path)).textEncoder;
    expect([...tensors.names()]).toEqual(canonical);
    expect(canonical.map((name) => tensors.get(name)?.name)).toEqual(names);
    expect(canonical.map((name) => tensors.nameInFiles(name))).toEqual(names);
  });

  test('of the other components stay as they are', async () => {
    await checkpoint.writeTensors(SINGLE, { 'model.visual.x': [1] });
    const { tensors } = (await openEditCheckpoint(checkpoint.path)).transformer;
    expect([...tensors.names()]).toEqual(['model.visual.x']);
    expect(tensors.nameInFiles('visual.x')).toBe('visual.x');
  });
});

describe('the weight files', () => {
  const stem = 'transformer/diffusion_pytorch_model';
  const names = async (): Promise<string[]> => {
    const { tensors } = (await openEditCheckpoint(checkpoint.path)).transformer;
    return [...tensors.names()].map((name) => `${name} in ${tensors.get(name)?.file ?? ''}`);
  };

  test('are the ones that an index names, a tensor that it leaves out included', async () => {
    await checkpoint.writeTensors(`${stem}-00001-of-00002.safetensors`, { a: [2], extra: [1] });
    await checkpoint.writeTensors(`${stem}-00002-of-00002.safetensors`, { b: [3] });
    await checkpoint.writeTensors(`${stem}-00003-of-00003.safetensors`, { old: [3] });
    await checkpoint.writeJson(`${SINGLE}.index.json`, {
      weight_map: {
        b: 'diffusion_pytorch_model-00002-of-00002.safetensors',
        a: 'diffusion_pytorch_model-00001-of-00002.safetensors',
      },
    });
    expect(await names()).toEqual([
      `a in ${stem}-00001-of-00002.safetensors`,
      `extra in ${stem}-00001-of-00002.safetensors`,
      `b in ${stem}-00002-of-00002.safetensors`,
    ]);
    expect((await openEditCheckpoint(checkpoint.path)).transformer.tensors.label).toBe(`${SINGLE}.index.json`);
  });

  test('are the single file before an index for the text encoder, as transformers chooses', async () => {
    await checkpoint.writeJson('text_encoder/model.safetensors.index.json', { weight_map: { a: 'gone.safetensors' } });
    expect((await openEditCheckpoint(checkpoint.path)).textEncoder.tensors.size).toBe(2);
  });

  test('may be a variant when there is nothing else, which is said', async () => {
    await checkpoint.delete(SINGLE);
    await checkpoint.writeTensors(`${stem}.bf16.safetensors`, { a: [1] });
    expect(await names()).toEqual([`a in ${stem}.bf16.safetensors`]);
    expect((await openEditCheckpoint(checkpoint.path)).warnings).toEqual([
      'transformer: only the variant bf16 is there; it is used',
    ]);
  });

  test('may be a sharded variant', async () => {
    await checkpoint.delete(SINGLE);
    await checkpoint.writeTensors(`${stem}.fp16-00001-of-00001.safetensors`, { a: [1] });
    await checkpoint.writeJson(`${SINGLE}.index.fp16.json`, {
      weight_map: { a: 'diffusion_pytorch_model.fp16-00001-of-00001.safetensors' },
    });
    expect(await names()).toEqual([`a in ${stem}.fp16-00001-of-00001.safetensors`]);
  });

  test('are not a variant when the plain file is there', async () => {
    await checkpoint.writeTensors(`${stem}.fp16.safetensors`, { a: [1] });
    expect(await names()).toEqual([`img_in.weight in ${SINGLE}`, `img_in.bias in ${SINGLE}`]);
    expect((await openEditCheckpoint(checkpoint.path)).warnings).toEqual([]);
  });
});
