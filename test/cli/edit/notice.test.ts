import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import sharp from 'sharp';
import { Workplace } from '../../support/command.js';
import { sharedServer } from '../../support/shared-server.js';

jest.setTimeout(300_000);

const ROOT = join(import.meta.dirname, '..', '..', '..');
const MINIATURE = join(ROOT, 'models', 'mini');
const PHOTO = readFileSync(join(ROOT, 'docs', 'images', 'photo.jpg'));
const NOTICE = /^This is a small demonstration model: .* set QWEN_MODEL_DIR to its folder\.$/gm;
const UNCHANGED = 'The picture came out as it went in: this prompt changed nothing.';
const KEY = 'a key';

describe('what the checkpoint says to those who edit by the command line', () => {
  const mini = sharedServer({ checkpoint: MINIATURE, env: { API_KEY: KEY } });
  let place: Workplace;
  beforeEach(async () => {
    const grey = await sharp(PHOTO).greyscale().toColourspace('srgb').jpeg({ quality: 95 }).toBuffer();
    place = await Workplace.create({ 'a.jpg': grey, 'b.jpg': PHOTO, 'c.jpg': grey });
  });
  afterEach(() => place.remove());

  const COMMAND = ['a.jpg', 'b.jpg', 'c.jpg', 'make it black and white', '-o', 'out/', '--num_inference_steps', '1'];

  test.each<readonly [string, () => string[], Readonly<Record<string, string>>]>([
    ['an engine of its own', () => [], { QWEN_MODEL_DIR: MINIATURE }],
    ['a server', () => ['--server', mini.url], { API_KEY: KEY }],
  ])('with %s: its notice once, and by name which pictures came out as they went in', async (_what, more, env) => {
    const { code, stderr } = await place.run([...COMMAND, ...more()], { env });
    expect(code).toBe(0);
    expect(stderr.match(NOTICE)).toHaveLength(1);
    const warnings = stderr.split('\n').filter((line) => line.startsWith('Warning: '));
    expect(warnings).toEqual(
      ['a.jpg', 'c.jpg'].map((name) => expect.stringContaining(`Warning: ${name}: ${UNCHANGED}`)),
    );
  });

  test('nothing of it with --quiet; --json has the warnings', async () => {
    const { stderr } = await place.run([...COMMAND, '--quiet'], { env: { QWEN_MODEL_DIR: MINIATURE } });
    expect(stderr).toBe('');
    const again = [...COMMAND, '-f', '--server', mini.url];
    const { warnings } = await place.json(again, { env: { API_KEY: KEY } });
    expect(warnings).toEqual(['a.jpg', 'c.jpg'].map((name) => expect.stringContaining(`${name}: ${UNCHANGED}`)));
  });
});
