import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import sharp from 'sharp';
import { resizeLanczos } from '../../../src/images/pil-resize.js';
import type { RgbImage } from '../../../src/images/rgb-image.js';
import { psnr } from '../../support/compare.js';
import { edit, type EditBody, form, postEdit } from '../../support/edit-form.js';
import { allEvents } from '../../support/event-stream.js';
import { reportFigure } from '../../support/report-figure.js';
import { sharedServer } from '../../support/shared-server.js';

jest.setTimeout(300_000);

const ROOT = join(import.meta.dirname, '..', '..', '..');
const MINIATURE = join(ROOT, 'models', 'mini');
const PHOTO = join(ROOT, 'docs', 'images', 'photo.jpg');
/** dB; what the miniature gives at its own size is above 40, and noise or another cut of the photo below 20. */
const KEPT = 25;
/** What the miniature's largest size has (service.json's max_area, in squares of 8 pixels): more would take longer. */
const MOST_TOKENS = 73_728 / 64;

async function rgb(file: Buffer): Promise<RgbImage> {
  const { data, info } = await sharp(file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8Array(data) };
}

/** The middle of the photo in this aspect, at its own scale or at the given size. */
async function photoOf(width: number, height: number, isScaled = false): Promise<Buffer> {
  const { width: whole, height: high } = await sharp(PHOTO).metadata();
  const scale = Math.min(whole / width, high / height);
  const cut = { width: Math.round(width * scale), height: Math.round(height * scale) };
  const middle = { left: (whole - cut.width) >> 1, top: (high - cut.height) >> 1 };
  const picture = sharp(PHOTO).extract({ ...cut, ...middle });
  return (isScaled ? picture.resize(width, height, { fit: 'fill' }) : picture).png().toBuffer();
}

function keep(photo: Buffer, size: string): Record<string, string | Buffer> {
  return { images: photo, prompt: 'keep it as it is', size, num_inference_steps: '1', seed: '1' };
}

/** dB of the kept picture against the input, resized to the result's size. */
async function likeness(photo: Buffer, body: EditBody, what: string): Promise<number> {
  const result = await rgb(Buffer.from(body.data[0]?.b64_json ?? '', 'base64'));
  const decibels = psnr(result.data, resizeLanczos(await rgb(photo), result.width, result.height).data);
  reportFigure('size', what, `${decibels.toFixed(1)} dB`);
  return decibels;
}

describe('the miniature, asked to keep the picture', () => {
  const service = sharedServer({ checkpoint: MINIATURE });

  test.each([
    ...['128x128', '192x192', '256x256', '320x320', '512x512', '1024x1024'],
    ...['480x64', '1024x136', '136x1024', '768x256', '256x768', '1920x1080', '333x250'],
  ])('does so at %s, from a picture of that aspect', async (size) => {
    const [width = 0, height = 0] = size.split('x').map(Number);
    const photo = await photoOf(width, height);
    const body = await edit(service.url, form(keep(photo, size)));
    expect(body.size).toBe(size);
    expect(await likeness(photo, body, size)).toBeGreaterThan(KEPT);
    expect(body.usage['output_tokens']).toBeLessThanOrEqual(MOST_TOKENS);
  });

  test.each(['1024x1024', '320x320', '128x192'])('stretches it to %s, and says so', async (size) => {
    const photo = await photoOf(451, 300);
    const body = await edit(service.url, form(keep(photo, size)));
    expect(await likeness(photo, body, `451x300 to ${size}`)).toBeGreaterThan(KEPT);
    expect(body.warnings).toContain(`size: the input of 451x300 was stretched to ${size}; size=auto keeps its aspect`);
  });

  test.each([
    ['1179x2556', '177x384'],
    ['4032x3024', '299x224'],
    ['1920x1080', '341x192'],
    ['300x300', '256x256'],
    ['450x60', '704x94'],
    ['40x300', '94x704'],
    ['450x150', '448x149'],
    ['100x300', '149x448'],
  ])('does so with auto, of %s, to the aspect’s pixel', async (input, size) => {
    const [width = 0, height = 0] = input.split('x').map(Number);
    const photo = await photoOf(width, height, true);
    const body = await edit(service.url, form(keep(photo, 'auto')));
    expect(body.size).toBe(size);
    expect(await likeness(photo, body, `auto of ${input}`)).toBeGreaterThan(KEPT);
    expect(body.usage['output_tokens']).toBeLessThanOrEqual(MOST_TOKENS);
  });

  test('previews and tensors have the exact size too', async () => {
    const photo = await photoOf(1, 1);
    const fields = { ...keep(photo, '520x520'), num_inference_steps: '2', stream: 'true', partial_images: '1' };
    // It begins once its reader is there: who comes late misses what was superseded.
    service.server.holdEngine();
    const response = await postEdit(service.url, form(fields));
    service.server.letEngineGoOn();
    const [preview, completed] = await allEvents(response);
    for (const event of [preview, completed]) {
      const picture = await rgb(Buffer.from(String(event?.data['b64_json']), 'base64'));
      expect([event?.name, picture.width, picture.height]).toEqual([event?.name, 520, 520]);
      const resized = resizeLanczos(await rgb(photo), 520, 520);
      expect(psnr(picture.data, resized.data)).toBeGreaterThan(KEPT);
    }
    const { data } = await edit(service.url, form({ ...keep(photo, '520x520'), output_type: 'pt' }));
    expect(Buffer.from(data[0]?.b64_json ?? '', 'base64').length).toBeGreaterThan(520 * 520 * 3 * 4);
  });

  test('warns where sides differ by more than a quarter, with both sizes', async () => {
    const photo = await photoOf(1, 1);
    const warningsOf = async (size: string): Promise<readonly string[]> =>
      // Beside them that nothing changed, which is true of this wish.
      (await edit(service.url, form(keep(photo, size)))).warnings.filter((warning) => warning.startsWith('size: '));
    expect(await warningsOf('1024x1024')).toEqual([
      'size: 1024x1024 was made at 264x264, which qwen-image-edit-mini makes well, and resized',
    ]);
    expect(await warningsOf('256x256')).toEqual([]);
    expect(await warningsOf('320x320')).toEqual([]);
    expect(await warningsOf('auto')).toEqual([]);
  });
});

describe('the quick reference’s request to the miniature', () => {
  const service = sharedServer({ checkpoint: MINIATURE });

  test('gives its pictures', async () => {
    const photo = await photoOf(451, 300);
    const fields = {
      images: photo,
      prompt: 'make it black and white',
      size: '1024x1024',
      n: '2',
      num_inference_steps: '8',
      output_type: 'pil',
      max_sequence_length: '512',
      negative_prompt: ' ',
      true_cfg_scale: '4.0',
      seed: '42',
    };
    const body = await edit(service.url, form(fields));
    const { data } = await sharp(photo).resize(1024, 1024, { fit: 'fill' }).raw().toBuffer({ resolveWithObject: true });
    const grey = new Uint8Array(data.length);
    for (let at = 0; at < data.length; at += 3) {
      grey.fill(0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0), at, at + 3);
    }
    expect(body.data).toHaveLength(2);
    expect(body.warnings).toContain(
      'true_cfg_scale was lowered to 1: qwen-image-edit-mini is not made for more guidance',
    );
    for (const { b64_json: base64 } of body.data) {
      expect(psnr((await rgb(Buffer.from(base64, 'base64'))).data, grey)).toBeGreaterThan(KEPT);
    }
  });
});
