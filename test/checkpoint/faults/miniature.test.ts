import { copyFile, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openEditCheckpoint } from '../../../src/engine/open-edit-checkpoint.js';
import { openingError } from '../../support/checkpoint-faults.js';
import { listFiles } from '../../support/list-files.js';

const MINIATURE = join(import.meta.dirname, '..', '..', '..', 'models', 'mini');

/** What is not read as long as the rest is there, and what the card says. */
const UNREAD = [
  'README.md',
  'processor/merges.txt',
  'processor/vocab.json',
  'text_encoder/generation_config.json',
  'tokenizer/merges.txt',
  'tokenizer/tokenizer.json',
  'tokenizer/tokenizer_config.json',
  'tokenizer/vocab.json',
];
/** Others stand in for these: defaults, or vocab.json with merges.txt. */
const DISPENSABLE = ['processor/tokenizer.json', 'processor/tokenizer_config.json', 'service.json'];

const DAMAGES = {
  missing: (file: string) => rm(file),
  empty: (file: string) => truncate(file, 0),
  'its first 200 bytes': async (file: string, original: string) => {
    await copyFile(original, file);
    await truncate(file, 200);
  },
  garbage: (file: string) => writeFile(file, Buffer.alloc(1000, 0xf3)),
} as const;

function isHarmless(name: string, damage: keyof typeof DAMAGES): boolean {
  if (damage === 'missing' && DISPENSABLE.includes(name)) return true;
  // Of an example's picture only the kind is looked at.
  if (damage === 'its first 200 bytes' && name.startsWith('examples/')) return true;
  return UNREAD.includes(name);
}

describe('a damaged miniature', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'miniature-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** The miniature, file by file by links, and one file that is damaged. */
  const damaged = async (name: string, damage: keyof typeof DAMAGES): Promise<string> => {
    const copy = await mkdtemp(join(folder, 'copy-'));
    for (const file of await listFiles(MINIATURE)) {
      await mkdir(dirname(join(copy, file)), { recursive: true });
      await (file === name ? writeFile(join(copy, file), '') : symlink(join(MINIATURE, file), join(copy, file)));
    }
    await DAMAGES[damage](join(copy, name), join(MINIATURE, name));
    return copy;
  };

  test('every file is named when it is damaged, unless it is not needed', async () => {
    const files = await listFiles(MINIATURE);
    expect(files).toEqual(expect.arrayContaining([...UNREAD, ...DISPENSABLE]));
    for (const name of files) {
      for (const damage of Object.keys(DAMAGES) as (keyof typeof DAMAGES)[]) {
        const copy = await damaged(name, damage);
        if (isHarmless(name, damage)) {
          expect((await openEditCheckpoint(copy)).pipeline.className).toBe('QwenImageEditPipeline');
        } else {
          expect([damage, await openingError(copy)]).toEqual([damage, expect.stringContaining(name)]);
        }
      }
    }
  });
});
