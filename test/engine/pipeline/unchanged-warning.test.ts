import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import sharp from 'sharp';
import { edit, form, goodForm, postEdit } from '../../support/edit-form.js';
import { allEvents } from '../../support/event-stream.js';
import { jobEnds, type JobBody } from '../../support/jobs.js';
import { TestServer } from '../../support/server.js';
import { sharedServer } from '../../support/shared-server.js';

jest.setTimeout(600_000);

const ROOT = join(import.meta.dirname, '..', '..', '..');
const MINIATURE = join(ROOT, 'models', 'mini');
const PHOTO = readFileSync(join(ROOT, 'docs', 'images', 'photo.jpg'));
const START = 'The picture came out as it went in: this prompt changed nothing.';
const UNKNOWN = 'put a hat on the cat';

/** The miniature's skills; greyscale is among those that a grey photo already has. */
const SKILLS = [
  ...[
    'make it black and white',
    'add a sepia tone',
    'tint it red',
    'add a green tint',
    'make it bluish',
    'make it warmer',
  ],
  ...[
    '更冷',
    'make it brighter',
    'darken the image',
    'invert the colors',
    'increase the contrast',
    'reduce the contrast',
  ],
  ...['make the colors pop', '降低饱和度', 'blur it', 'make it sharper', 'posterize it', 'flip it horizontally'],
  ...['turn it upside down', 'add a white border', '像素化'],
];

describe('a result that is its input again', () => {
  const mini = sharedServer({ checkpoint: MINIATURE });
  let greyPhoto: Buffer;
  let sentence: string;
  beforeAll(async () => {
    greyPhoto = await sharp(PHOTO).greyscale().toColourspace('srgb').jpeg({ quality: 95 }).toBuffer();
    const service = JSON.parse(readFileSync(join(MINIATURE, 'service.json'), 'utf8')) as {
      suggestions: { prompts: string[] }[];
      notice: { en: string };
    };
    const examples = service.suggestions.flatMap(({ prompts }) => prompts).slice(0, 10).join('; ');
    sentence = `${START} What the model does well, for example: ${examples}. ${service.notice.en}`;
  });

  const ask = (prompt: string, changes: Readonly<Record<string, string | Buffer | Buffer[]>> = {}): FormData =>
    form({ images: PHOTO, prompt, num_inference_steps: '1', seed: '7', ...changes });

  test('is told of with what the checkpoint says of itself; with variants, once', async () => {
    expect((await edit(mini.url, ask(UNKNOWN))).warnings).toEqual([sentence]);
    expect((await edit(mini.url, ask('keep it as it is', { n: '2' }))).warnings).toEqual([sentence]);
  });

  test('is told of behind what was asked for in vain, as a tensor and at another size than it was made at', async () => {
    const changes = { output_type: 'pt', output_compression: '5', size: '322x223' };
    const { warnings, size } = await edit(mini.url, ask(UNKNOWN, changes));
    expect(size).toBe('322x223');
    expect(warnings).toEqual([expect.stringContaining('output_compression had no effect'), sentence]);
  });

  test('is told of in a header where the answer is the picture itself', async () => {
    const response = await postEdit(mini.url, ask(UNKNOWN), { accept: 'image/png' });
    expect(response.headers.get('content-type')).toBe('image/png');
    expect(JSON.parse(response.headers.get('x-warnings') ?? '[]')).toEqual([sentence]);
    await response.arrayBuffer();
  });

  test('is told of in a stream, with the result that it is, and in a job', async () => {
    const stream = await postEdit(
      mini.url,
      ask('make it black and white', { images: [PHOTO, greyPhoto], stream: 'true' }),
    );
    const results = (await allEvents(stream)).filter(({ name }) => name === 'image_edit.completed');
    expect(results.map(({ data }) => data['warnings'])).toEqual([[], [sentence]]);

    const response = await postEdit(mini.url, ask('make it black and white', { images: [PHOTO, greyPhoto] }), {
      prefer: 'respond-async',
    });
    const { id } = (await response.json()) as JobBody;
    const { result } = await jobEnds(mini.url, id);
    expect(result?.warnings).toEqual([`Result 2 of 2: ${sentence}`]);
  });

  test.each(SKILLS)('is none that was edited: %s', async (prompt) => {
    expect((await edit(mini.url, ask(prompt))).warnings).toEqual([]);
  });

  test.each([
    'add some clouds to the sky',
    'make it look like an oil painting',
    'add a red hat to the man',
    'crop the left half',
  ])('is one that the miniature can’t edit so: %s', async (prompt) => {
    expect((await edit(mini.url, ask(prompt))).warnings).toEqual([sentence]);
  });
});

/** The miniature as a checkpoint of the class that takes several references: it follows the first. */
async function miniatureOfSeveral(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'several-'));
  const index = 'model_index.json';
  for (const name of await readdir(MINIATURE)) {
    if (name !== index) await symlink(join(MINIATURE, name), join(folder, name));
  }
  const pipeline = JSON.parse(readFileSync(join(MINIATURE, index), 'utf8')) as Record<string, unknown>;
  await writeFile(join(folder, index), JSON.stringify({ ...pipeline, _class_name: 'QwenImageEditPlusPipeline' }));
  return folder;
}

describe('a result that is one of several references again', () => {
  let folder: string;
  let server: TestServer;
  beforeAll(async () => {
    folder = await miniatureOfSeveral();
    server = await TestServer.start({ checkpoint: folder });
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const ask = async (prompt: string): Promise<readonly string[]> => {
    const flipped = readFileSync(join(ROOT, 'docs', 'images', 'flipped.jpg'));
    const fields = { prompt, num_inference_steps: '1', seed: '7' };
    return (await edit(server.url, form({ ...fields, 'image[]': [PHOTO, flipped] }))).warnings;
  };

  test('is told of by its number, though the result’s aspect is the last one’s', async () => {
    expect(await ask('keep it as it is')).toEqual([
      expect.stringMatching(/^The picture came out as picture 1 of the 2 went in: this prompt changed nothing\./),
    ]);
  });

  test('is none that was edited', async () => {
    expect(await ask('make it black and white')).toEqual([]);
  });
});

describe('a checkpoint that makes something else of everything', () => {
  const tiny = sharedServer();

  test('is not said to change nothing', async () => {
    expect((await edit(tiny.url, goodForm())).warnings).toEqual([]);
  });
});
