import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { Workplace } from '../../support/command.js';
import { edit, GOOD_PICTURE, goodForm } from '../../support/edit-form.js';
import { checkpointFolder } from '../../support/fixtures.js';
import { decoded, differences, maskOf } from '../../support/masks.js';
import { gradient } from '../../support/pictures.js';
import { TestServer } from '../../support/server.js';

/** One step: what is looked at here is not the picture. */
const QUICK = ['--num_inference_steps', '1'];

describe('the command line with an engine of its own', () => {
  let place: Workplace;
  beforeEach(async () => {
    place = await Workplace.create({ 'photo.png': GOOD_PICTURE });
  });
  afterEach(() => place.remove());

  test('one file: the very bytes that the service gives', async () => {
    const { code, stdout, stderr } = await place.run([
      'photo.png',
      'make it blue',
      '-o',
      'out.png',
      '--num-inference-steps=3',
      '--seed',
      '7',
      '--size=96x64',
    ]);
    expect(stderr).toMatch(
      /^Loading the model\n(photo\.png: step \d of 3(, \d+ s left)?\n)*photo\.png -> out\.png \(96x64, seed 7, \d+ s\)\n$/,
    );
    expect(stdout).toHaveLength(0);
    expect(code).toBe(0);
    expect(await place.files()).toEqual(['out.png', 'photo.png']);
    const server = await TestServer.start();
    try {
      const fields = { num_inference_steps: '3', seed: '7', size: '96x64' };
      const { data } = await edit(server.url, goodForm(fields));
      expect((await place.read('out.png')).equals(Buffer.from(data[0]?.b64_json ?? '', 'base64'))).toBe(true);
    } finally {
      await server.stop();
    }
  });

  test('--together: all pictures are references of one edit, in the order that they are named in', async () => {
    const other = await gradient(60, 40).png().toBuffer();
    const several = await Workplace.create({ 'a.png': GOOD_PICTURE, 'b.png': other });
    const env = { QWEN_MODEL_DIR: checkpointFolder('plus-2511') };
    const make = async (pictures: readonly string[], output: string): Promise<string> => {
      const prompt = 'put picture 2 into picture 1';
      const options = ['--together', '-o', output, '--seed', '7', '--size', '64x64', ...QUICK];
      const { code, stderr } = await several.run([...pictures, prompt, ...options], { env });
      expect(code).toBe(0);
      return stderr;
    };
    expect(await make(['a.png', 'b.png'], 'ab.png')).toContain('a.png + b.png -> ab.png (64x64, seed 7');
    await make(['b.png', 'a.png'], 'ba.png');
    expect((await several.read('ab.png')).equals(await several.read('ba.png'))).toBe(false);
    const { code, stderr } = await several.run(['a.png', 'b.png', 'x', '--together', '-o', 'no.png']);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/takes at most 1 picture an edit, 2 were given/)]);
    await several.remove();
  });

  test('--mask: what it keeps is the input’s to the bit, for each of several pictures', async () => {
    const other = await gradient(64, 64).jpeg().toBuffer();
    await writeFile(place.at('other.jpg'), other);
    await writeFile(
      place.at('mask.png'),
      await maskOf(64, 64, (x) => x < 40)
        .png()
        .toBuffer(),
    );
    const options = ['--mask', 'mask.png', '--mask-feather=4', '--size', 'auto', '--seed', '7', '-o', 'out/', ...QUICK];
    const { code, stderr } = await place.run(['photo.png', 'other.jpg', 'make it blue', ...options]);
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('Warning')]);
    for (const [name, file] of [
      ['photo', GOOD_PICTURE],
      ['other', other],
    ] as const) {
      const result = await decoded(await place.read(`out/${name}.png`));
      const { outside, inside } = differences(result, await decoded(file), (x) => x < 40);
      expect([name, outside, inside > 1500]).toEqual([name, 0, true]);
    }
    await writeFile(place.at('small.png'), await gradient(40, 40).png().toBuffer());
    const failed = await place.json(['small.png', 'x', '--mask', 'mask.png', ...QUICK]);
    expect(failed).toMatchObject({
      code: 1,
      failures: [{ input: 'small.png', param: 'mask', message: expect.stringContaining('it has 64x64 pixels, but') }],
    });
    const missing = await place.json(['photo.png', 'x', '--mask', 'no.png', ...QUICK]);
    expect(missing).toMatchObject({
      code: 1,
      failures: [{ code: 'UNREADABLE_INPUT', message: expect.stringContaining("no.png can't be read") }],
    });
    const unmasked = await place.json(['photo.png', 'x', '--mask-feather', '4', ...QUICK]);
    expect(unmasked.warnings).toEqual(['mask_feather had no effect: there is no mask']);
  });

  test('without -o the result lies beside its input; several variants are numbered', async () => {
    expect(await place.json(['photo.png', 'make it blue', '--n', '2', '--seed', '4294967295', ...QUICK])).toMatchObject(
      {
        code: 0,
        results: [
          { input: 'photo.png', output: 'photo-edited-1.png', seed: 4294967295 },
          { input: 'photo.png', output: 'photo-edited-2.png', seed: 0 },
        ],
        failures: [],
        warnings: [],
      },
    );
    expect(await place.files()).toEqual(['photo-edited-1.png', 'photo-edited-2.png', 'photo.png']);
  });

  test('a folder, and a file beside it, into a folder that is made; what is no picture stops nothing else', async () => {
    await mkdir(place.at('in/more'), { recursive: true });
    await gradient(70, 50).jpeg().toFile(place.at('in/b.JPG'));
    await gradient(50, 70).webp().toFile(place.at('in/a.webp'));
    await gradient(50, 70).png().toFile(place.at('in/more/deeper.png'));
    await sharp(GOOD_PICTURE).png().toFile(place.at('in/.hidden.png'));
    await writeFile(place.at('in/broken.png'), 'no picture');
    await writeFile(place.at('in/notes.txt'), 'no picture');
    const { code, stderr } = await place.run(['in', 'photo.png', 'make it blue', '-o', 'out/', ...QUICK]);
    expect(stderr).toContain(
      'in/broken.png: Invalid image format: the file is not a PNG, JPEG, WebP, AVIF, GIF or TIFF picture\n',
    );
    expect(stderr).toMatch(/^in\/a\.webp \(1 of 4\) -> out\/a\.png \(64x64, seed (\d+), \d+ s\)$/m);
    expect(code).toBe(1);
    expect((await place.files()).filter((file) => file.startsWith('out/'))).toEqual([
      'out/a.png',
      'out/b.png',
      'out/photo.png',
    ]);
    // One seed for all of them.
    expect(new Set([...stderr.matchAll(/seed (\d+)/g)].map(([, seed]) => seed)).size).toBe(1);
  });

  test.each([
    ['out.jpg', 'jpeg'],
    ['out.JPEG', 'jpeg'],
    ['out.webp', 'webp'],
  ])('the ending of %s sets the format', async (name, format) => {
    expect((await place.run(['photo.png', 'make it blue', '-o', name, ...QUICK])).code).toBe(0);
    expect(await sharp(await place.read(name)).metadata()).toMatchObject({ format, width: 64, height: 64 });
  });

  test('a tensor, and a pattern', async () => {
    const { code, results } = await place.json([
      'photo.png',
      '--prompt',
      'make it blue',
      '-o',
      '{seed}-{name}.{index}.{variant}.pt',
      '--seed=9',
      '--n=2',
      ...QUICK,
    ]);
    expect(code).toBe(0);
    expect(results.map(({ output, output_format }) => [output, output_format])).toEqual([
      ['9-photo.1.1.pt', 'pt'],
      ['10-photo.1.2.pt', 'pt'],
    ]);
    expect((await place.read('9-photo.1.1.pt')).subarray(0, 2).toString()).toBe('PK');
  });

  test('standard input and output', async () => {
    const piped = await place.run(['-', 'make it blue', '--seed', '1', ...QUICK], { stdin: GOOD_PICTURE });
    expect(piped.code).toBe(0);
    expect(await sharp(piped.stdout).metadata()).toMatchObject({ format: 'png', width: 64 });
    const toOutput = await place.run(['photo.png', 'make it blue', '--seed', '1', '-o', '-', '-q', ...QUICK]);
    expect(toOutput).toMatchObject({ code: 0, stderr: '' });
    expect(toOutput.stdout.equals(piped.stdout)).toBe(true);
    expect(await place.files()).toEqual(['photo.png']);
  });

  test('warnings are told once', async () => {
    await gradient(64, 64).png().toFile(place.at('other.png'));
    const { stderr } = await place.run([
      'photo.png',
      'other.png',
      'make it blue',
      '-o',
      'out/',
      '--guidance_scale',
      '3',
      ...QUICK,
    ]);
    expect(stderr.match(/^Warning: guidance_scale had no effect: .*$/gm)).toHaveLength(1);
  });

  test('--verbose shows the log of the engine, of which there is one, on standard error', async () => {
    const env = { ENGINES: '2' };
    const { stdout, stderr } = await place.run(['photo.png', 'make it blue', '-o', '-', '-v', ...QUICK], { env });
    expect(stderr.match(/Engine process \d+ started/g)).toHaveLength(1);
    expect(stderr).toContain('[Engine 0] Model tiny-plain is ready on cpu in fp32\n');
    expect(stderr).not.toContain('InstanceLoader');
    expect((await sharp(stdout).metadata()).format).toBe('png');
  });
});
