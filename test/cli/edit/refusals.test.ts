import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { symlink } from 'node:fs/promises';
import { Workplace } from '../../support/command.js';
import { GOOD_PICTURE } from '../../support/edit-form.js';

describe('what the command line refuses', () => {
  let place: Workplace;
  beforeEach(async () => {
    place = await Workplace.create({
      'photo.png': GOOD_PICTURE,
      'other.png': GOOD_PICTURE,
      'there.png': Buffer.from('kept'),
    });
    await symlink('photo.png', place.at('link.png'));
  });
  afterEach(() => place.remove());

  const PHOTO = ['photo.png', 'make it blue'];

  test.each<[what: string, args: readonly string[], message: string]>([
    ['nothing', [], 'No picture and no prompt are given: --help shows how'],
    ['no prompt', ['photo.png'], "The prompt is missing: photo.png is a picture's name"],
    ['no picture', ['make it blue'], 'No picture is given'],
    ['a blank prompt', ['photo.png', ' '], 'Prompt cannot be empty'],
    [
      'a prompt of bytes that are no text',
      ['photo.png', 'make it bl\uFFFD'],
      'prompt must be UTF-8 text: it holds bytes that are none',
    ],
    ['a folder as mask', [...PHOTO, '--mask', '.'], '. is a folder: a mask must be a PNG file'],
    ['a mask from standard input', [...PHOTO, '--mask', '-'], "A mask can't come from standard input: name a file"],
    ['the mask overwritten', [...PHOTO, '-m', 'other.png', '-o', 'other.png'], 'would overwrite the input other.png'],
    ['a feather out of range', [...PHOTO, '--mask-feather=65'], 'mask_feather must be between 0 and 64'],
    ['an unknown option', [...PHOTO, '--steps', '4'], "Unknown option '--steps'"],
    ['an option of HTTP alone', [...PHOTO, '--stream', 'true'], '--stream is a field of the HTTP API alone'],
    ['another', [...PHOTO, '--partial-images=2'], '--partial_images is a field of the HTTP API alone'],
    ['an option without its value', [...PHOTO, '--seed'], "Option '--seed <value>' argument missing"],
    ['a value of the wrong kind', [...PHOTO, '--n', '1.5'], 'n must be a whole number between 1 and 10'],
    ['a value out of range', [...PHOTO, '--n=11'], 'n must be between 1 and 10'],
    ['a negative value behind a space', [...PHOTO, '--seed', '-1'], 'starts with a dash: write --seed=VALUE'],
    ['a prompt that starts with a dash', ['photo.png', '-x'], 'a prompt that starts with a dash goes last, behind --'],
    ['a negative value', [...PHOTO, '--seed=-1'], 'seed must be between 0 and 4294967295'],
    [
      'more steps than MAX_STEPS',
      [...PHOTO, '--num-inference-steps', '151'],
      'num_inference_steps must be at most 150 (MAX_STEPS)',
    ],
    ['a malformed size', [...PHOTO, '--size', '64X64'], "Invalid size format. Use 'WIDTHxHEIGHT' (e.g., '1024x1024')"],
    ['another output type', [...PHOTO, '--output-type', 'np'], "output_type must be 'pil' or 'pt'"],
    ['a repeated option', [...PHOTO, '--n', '1', '--n', '2'], 'n must be given only once'],
    ['standard input twice', ['-', '-', 'make it blue'], 'Standard input (-) can be read only once'],
    [
      'several results in one file',
      [...PHOTO, '--n=2', '-o', 'out.png'],
      "2 results can't go to one file: give a folder (-o FOLDER/) or a pattern such as out-{variant}.png",
    ],
    [
      'several inputs in one file',
      ['photo.png', 'other.png', 'x', '-o', 'out.png'],
      'a pattern such as out-{name}.png',
    ],
    ['several results on standard output', [...PHOTO, '--n=2', '-o', '-'], "2 results can't go to standard output"],
    [
      'JSON and a picture on standard output',
      [...PHOTO, '-o', '-', '--json'],
      '--json and the picture would both go to standard output',
    ],
    ['a name without a format', [...PHOTO, '-o', 'out.bmp'], '-o out.bmp names no format'],
    [
      'a name of another format',
      [...PHOTO, '-o', 'out.png', '--output_format=webp'],
      '-o out.png is the name of a png file, but the options ask for webp',
    ],
    ['an unknown placeholder', [...PHOTO, '-o', 'out-{nr}.png'], '-o has the unknown placeholder {nr}'],
    ['two inputs for one name', ['photo.png', 'link.png', 'x', '-o', 'a{ext}.png'], "can't go to one file"],
    ['the input as output', [...PHOTO, '-o', 'photo.png', '--force'], 'photo.png would overwrite the input photo.png'],
    [
      'the input by another name',
      [...PHOTO, '-o', 'link.png', '--force'],
      'link.png would overwrite the input photo.png',
    ],
    [
      'a device as output',
      [...PHOTO, '-o', '/dev/null', '--output_format=png', '--force'],
      '/dev/null is there and is no file',
    ],
    ['an address that is none', [...PHOTO, '--server', 'localhost'], '--server localhost is no address'],
    [
      'an address of another kind',
      [...PHOTO, '--server', 'ftp://localhost'],
      'give an address such as http://localhost:8000',
    ],
    ['a key without a server', [...PHOTO, '--api-key', 'x'], '--api_key is for --server'],
  ])('%s: exit code 2', async (_what, args, message) => {
    const { code, stdout, stderr } = await place.run(args);
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stdout.includes('WRONG_USAGE')).toBe(args.includes('--json'));
    expect(code).toBe(2);
    expect(await place.files()).toEqual(['other.png', 'photo.png', 'there.png']);
  });

  test.each<[what: string, args: readonly string[], message: string]>([
    [
      'inputs that are not there, each of them',
      ['nowhere.png', 'photo.png', 'gone.png', 'x'],
      "nowhere.png can't be read: there is no such file or folder\ngone.png can't be read: there is no such file or folder\n",
    ],
    ['a result that exists already', [...PHOTO, '-o', 'there.png'], 'there.png exists already: --force overwrites\n'],
    [
      'a folder that is not there',
      [...PHOTO, '-o', 'no/out.png'],
      "The folder no can't be written: there is no such file or folder\n",
    ],
    ['a folder that is a file', [...PHOTO, '-o', 'other.png/'], "other.png/ can't be written"],
    [
      'a folder without pictures',
      ['.config', 'x', '-o', 'out/'],
      ".config can't be read: there is no such file or folder\n",
    ],
  ])('%s: exit code 1', async (_what, args, message) => {
    const { code, stderr } = await place.run(args);
    expect(stderr).toContain(message);
    expect(code).toBe(1);
    expect((await place.read('there.png')).toString()).toBe('kept');
  });
});
