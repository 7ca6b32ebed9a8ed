import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Checkpoint } from '../../src/checkpoint/checkpoint.js';
import { openEditCheckpoint } from '../../src/engine/open-edit-checkpoint.js';
import { openingError } from '../support/checkpoint-faults.js';
import { listFiles } from '../support/list-files.js';
import { SyntheticCheckpoint } from '../support/synthetic-checkpoint.js';

let checkpoint: SyntheticCheckpoint;
beforeEach(async () => {
  checkpoint = await SyntheticCheckpoint.create();
});
afterEach(() => checkpoint.remove());

/** Moves the checkpoint's files into a hub cache as huggingface_hub lays it out; gives the model's folder. */
async function toHubCache(from: SyntheticCheckpoint, cache: string, repo: string, revision: string): Promise<string> {
  const model = join(cache, `models--${repo.replace('/', '--')}`);
  const snapshot = join(model, 'snapshots', revision);
  await mkdir(join(model, 'blobs'), { recursive: true });
  for (const [index, file] of (await listFiles(from.path)).entries()) {
    const blob = join(model, 'blobs', `${revision}${index}`);
    const link = join(snapshot, file);
    await mkdir(dirname(link), { recursive: true });
    await rename(from.at(file), blob);
    await symlink(relative(dirname(link), blob), link);
  }
  return model;
}

async function setMain(model: string, revision: string): Promise<void> {
  await mkdir(join(model, 'refs'), { recursive: true });
  await writeFile(join(model, 'refs', 'main'), revision);
}

function tensorFiles(opened: Checkpoint): string[] {
  const indices = [opened.transformer.tensors, opened.vae.tensors, opened.textEncoder.tensors];
  return indices.flatMap((tensors) => [...tensors.names()].map((name) => tensors.get(name)?.file ?? ''));
}

describe('a plain folder', () => {
  test('is the root, and its name the model’s', async () => {
    const opened = await openEditCheckpoint(checkpoint.path);
    expect(opened.root).toBe(checkpoint.path);
    expect(opened.modelId).toBe('my-model');
    expect(new Set(tensorFiles(opened))).toEqual(
      new Set([
        'transformer/diffusion_pytorch_model.safetensors',
        'vae/diffusion_pytorch_model.safetensors',
        'text_encoder/model.safetensors',
      ]),
    );
  });

  test('may be reached through a link, whose name counts', async () => {
    const link = join(checkpoint.parent, 'current');
    await symlink(checkpoint.path, link);
    const opened = await openEditCheckpoint(link);
    expect(opened.root).toBe(checkpoint.path);
    expect(opened.modelId).toBe('current');
  });

  test('may hold links to weights that lie elsewhere: the root is above both', async () => {
    const elsewhere = join(checkpoint.parent, 'big-disk');
    await mkdir(elsewhere);
    await rename(checkpoint.at('vae/diffusion_pytorch_model.safetensors'), join(elsewhere, 'vae.safetensors'));
    await symlink(join(elsewhere, 'vae.safetensors'), checkpoint.at('vae/diffusion_pytorch_model.safetensors'));
    const opened = await openEditCheckpoint(checkpoint.path);
    expect(opened.root).toBe(checkpoint.parent);
    expect(opened.vae.tensors.get('encoder.conv_in.weight')).toMatchObject({
      file: 'big-disk/vae.safetensors',
      label: 'vae/diffusion_pytorch_model.safetensors',
    });
    expect(opened.transformer.tensors.get('img_in.weight')?.file).toBe(
      'my-model/transformer/diffusion_pytorch_model.safetensors',
    );
  });
});

describe('a hub cache', () => {
  const repo = 'Some-Org/My-Edit';
  let cache: string;
  let model: string;
  beforeEach(async () => {
    cache = join(checkpoint.parent, 'cache');
    model = await toHubCache(checkpoint, cache, repo, 'rev1');
    await setMain(model, 'rev1');
  });

  test.each([
    ['a snapshot', () => join(model, 'snapshots', 'rev1')],
    ['the model’s folder', () => model],
    ['the cache’s root', () => cache],
  ])('opens from %s, its links resolved', async (_what, folder) => {
    const opened = await openEditCheckpoint(folder());
    expect(opened.modelId).toBe(repo);
    expect(opened.root).toBe(join(model, 'blobs'));
    for (const file of tensorFiles(opened)) {
      expect(file).toMatch(/^rev1\d+$/);
    }
  });

  test('opens from the folder that holds the cache as hub', async () => {
    const home = join(checkpoint.parent, 'home');
    await mkdir(home);
    await rename(cache, join(home, 'hub'));
    expect((await openEditCheckpoint(home)).modelId).toBe(repo);
  });

  test('the ref main chooses among snapshots', async () => {
    const other = await SyntheticCheckpoint.create();
    try {
      await other.writeJson('service.json', { default_steps: 7 });
      await toHubCache(other, cache, repo, 'rev2');
      expect((await openEditCheckpoint(model)).service.defaultSteps).toBe(50);
      await setMain(model, 'rev2');
      expect((await openEditCheckpoint(model)).service.defaultSteps).toBe(7);
    } finally {
      await other.remove();
    }
  });

  test('the only snapshot does without the ref main', async () => {
    await rm(join(model, 'refs'), { recursive: true });
    expect((await openEditCheckpoint(model)).modelId).toBe(repo);
  });

  test('several snapshots do not', async () => {
    await rm(join(model, 'refs'), { recursive: true });
    await mkdir(join(model, 'snapshots', 'rev0'));
    expect(await openingError(model)).toBe(
      `${repo} has several snapshots and no ref main in the hub cache: rev0, rev1; name one of them`,
    );
  });

  test('a link to a blob that is not there is named', async () => {
    await rm(join(model, 'blobs'), { recursive: true });
    await mkdir(join(model, 'blobs'));
    expect(await openingError(model)).toBe(
      'model_index.json is a link to a file that is not there (an incomplete download?)',
    );
  });

  test('one edit model is found among others', async () => {
    await mkdir(join(cache, 'models--gpt2', 'snapshots', 'x'), { recursive: true });
    const other = await SyntheticCheckpoint.create();
    try {
      await other.set('model_index.json', { _class_name: 'QwenImageLayeredPipeline' });
      await toHubCache(other, cache, 'Qwen/Qwen-Image-Layered', 'rev1');
    } finally {
      await other.remove();
    }
    expect((await openEditCheckpoint(cache)).modelId).toBe(repo);
  });

  test('several edit models are listed', async () => {
    const other = await SyntheticCheckpoint.create();
    try {
      await toHubCache(other, cache, 'Another/Edit', 'rev1');
    } finally {
      await other.remove();
    }
    expect(await openingError(cache)).toBe(
      `the hub cache holds several edit models (QwenImageEditPipeline, QwenImageEditPlusPipeline): Another/Edit, ${repo}; name the folder of one of them`,
    );
  });

  test('a cache without an edit model lists what is there', async () => {
    await rm(join(model, 'snapshots', 'rev1', 'model_index.json'));
    expect(await openingError(cache)).toBe(
      `the hub cache holds no edit model (QwenImageEditPipeline, QwenImageEditPlusPipeline): ${repo} (no pipeline); name the folder of one of them`,
    );
  });

  test('a model without a snapshot is an incomplete download', async () => {
    await rm(join(model, 'snapshots'), { recursive: true });
    await mkdir(join(model, 'snapshots'));
    expect(await openingError(model)).toBe(`${repo} has no snapshot in the hub cache (an incomplete download?)`);
  });
});

describe('a folder that is no checkpoint', () => {
  test('does not exist', async () => {
    expect(await openingError(join(checkpoint.parent, 'nowhere'))).toBe('the checkpoint folder "nowhere" is missing');
  });

  test('is a file', async () => {
    expect(await openingError(checkpoint.at('model_index.json'))).toBe(
      'the checkpoint folder "model_index.json" is empty or not a folder',
    );
  });

  test('is one component', async () => {
    expect(await openingError(checkpoint.at('transformer'))).toBe(
      'model_index.json is missing: "transformer" is one component of a checkpoint; name the folder above it',
    );
  });

  test('holds only weights', async () => {
    await mkdir(join(checkpoint.parent, 'weights'));
    await writeFile(join(checkpoint.parent, 'weights', 'model-Q4.gguf'), '');
    expect(await openingError(join(checkpoint.parent, 'weights'))).toBe(
      'model_index.json is missing: "weights" is a folder of weight files and not a checkpoint in the diffusers layout',
    );
  });

  test('is something else', async () => {
    expect(await openingError(checkpoint.parent)).toMatch(
      /^model_index\.json is missing: ".*" is not a checkpoint in the diffusers layout and not a hub cache$/,
    );
  });
});
