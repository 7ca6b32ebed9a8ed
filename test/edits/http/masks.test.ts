import { describe, expect, test } from '@jest/globals';
import sharp, { type Sharp } from 'sharp';
import { resizeLanczos } from '../../../src/images/pil-resize.js';
import type { RgbImage } from '../../../src/images/rgb-image.js';
import { edit, type EditBody, type Fields, goodForm, postEdit } from '../../support/edit-form.js';
import { dataUrl, goodJson, postJson } from '../../support/edit-json.js';
import { allEvents } from '../../support/event-stream.js';
import { expectError } from '../../support/expect-error.js';
import { goldenBytes } from '../../support/goldens.js';
import { jobEnds, submitJob } from '../../support/jobs.js';
import { decoded, differences, ellipse, maskOf } from '../../support/masks.js';
import { gradient } from '../../support/pictures.js';
import { sharedServer } from '../../support/shared-server.js';

const png = (picture: Sharp): Promise<Buffer> => picture.png().toBuffer();
const fileOf = ({ data: [first] }: EditBody): Buffer => Buffer.from(first?.b64_json ?? '', 'base64');
const resultOf = async (body: EditBody): Promise<RgbImage> => decoded(fileOf(body));

describe('edits with a mask', () => {
  const service = sharedServer();

  const pictures: Readonly<Record<string, () => Promise<Uint8Array> | Uint8Array>> = {
    'a PNG': () => png(gradient(90, 61)),
    'a PNG with alpha': () => png(gradient(61, 90, 4)),
    'a grey PNG with alpha': () => goldenBytes('pictures/grey-alpha.png'),
    'a PNG of 16 bits': () => goldenBytes('pictures/rgba16.png'),
    'a palette with transparency': () => goldenBytes('pictures/palette-transparent.png'),
    'a JPEG': () => gradient(77, 50).jpeg().toBuffer(),
    'a WebP with alpha': () => gradient(77, 50, 4).webp().toBuffer(),
    'an AVIF': () => gradient(64, 64).avif({ effort: 0 }).toBuffer(),
    'a GIF': () => gradient(33, 40).gif().toBuffer(),
    'a TIFF': () => gradient(40, 33).tiff().toBuffer(),
    'a CMYK JPEG': () => goldenBytes('pictures/cmyk.jpg'),
    'a PNG with a profile': () => goldenBytes('cases/linear-profile.png'),
    ...Object.fromEntries(
      [2, 3, 6, 7].map((turn) => [
        `a JPEG, orientation ${turn}`,
        () => goldenBytes(`pictures/orientation-${turn}.jpg`),
      ]),
    ),
    'a picture of few pixels': () => png(gradient(9, 7)),
  };

  test.each(Object.entries(pictures))(
    '%s: outside the mask it comes back to the bit, in png and pt',
    async (_name, make) => {
      const images = await make();
      const input = await decoded(images);
      const { width, height } = input;
      const shape = ellipse(width, height);
      const fields = { images, mask: await png(maskOf(width, height, shape)), size: 'auto', num_inference_steps: '2' };
      const body = await edit(service.url, goodForm(fields));
      expect(body.size).toBe(`${width}x${height}`);
      const { outside, inside } = differences(await resultOf(body), input, shape);
      expect(outside).toBe(0);
      expect(inside).toBeGreaterThan(0.5 * Math.PI * 0.09 * width * height);

      const tensor = fileOf(await edit(service.url, goodForm({ ...fields, output_type: 'pt' })));
      const planes = tensorOf(tensor, 3 * width * height);
      const expected = Float32Array.from(planes, (_, at) => {
        const pixel = at % (width * height);
        return (input.data[3 * pixel + Math.trunc(at / (width * height))] ?? 0) / 255;
      });
      const isOutside = (_: number, at: number): boolean =>
        !shape(at % width, Math.trunc((at % (width * height)) / width));
      expect(planes.filter(isOutside)).toEqual(expected.filter(isOutside));
      expect(planes).not.toEqual(expected);
    },
  );

  test('at another size, outside is the resized input to the bit', async () => {
    const [images, mask] = [await png(gradient(90, 60)), await png(maskOf(90, 60, (x) => x < 45))];
    const expected = resizeLanczos(await decoded(images), 150, 100);
    const body = await edit(service.url, goodForm({ images, mask, size: '150x100' }));
    const { outside, inside } = differences(await resultOf(body), expected, (x) => x < 75);
    expect(outside).toBe(0);
    expect(inside).toBeGreaterThan(6000);
    expect(body.warnings).toEqual([]);
    // The checkpoint's own default isn't auto: it is taken, and what that means is said.
    const square = await edit(service.url, goodForm({ images, mask }));
    expect(square.size).toBe('64x64');
    expect(square.warnings).toEqual([
      'size: the input of 90x60 was stretched to 64x64; size=auto keeps its aspect',
      'size: the input of 90x60 was resized to 64x64, the default; size=auto keeps its pixels',
    ]);
    expect(
      differences(await resultOf(square), resizeLanczos(await decoded(images), 64, 64), (x) => x < 32).outside,
    ).toBe(0);
  });

  test('the edge is soft by as much as asked, and alpha between blends', async () => {
    const images = await png(gradient(96, 64));
    const mask = await png(maskOf(96, 64, (x) => x >= 20));
    const rows = async (changes: Fields): Promise<RgbImage> =>
      resultOf(await edit(service.url, goodForm({ images, mask, size: 'auto', ...changes })));
    const [hard, soft] = [await rows({ mask_feather: '0' }), await rows({ mask_feather: '16' })];
    const input = await decoded(images);
    const share = (picture: RgbImage, x: number): number => {
      let [moved, whole] = [0, 0];
      for (let at = x * 3; at < picture.data.length; at += 96 * 3) {
        const full = (hard.data[at] ?? 0) - (input.data[at] ?? 0);
        moved += ((picture.data[at] ?? 0) - (input.data[at] ?? 0)) * full;
        whole += full * full;
      }
      return moved / whole;
    };
    expect(share(hard, 20)).toBe(1);
    for (const [x, expected] of [
      [20, 0.5 / 16],
      [24, 4.5 / 16],
      [28, 8.5 / 16],
      [40, 1],
    ] as const) {
      expect(share(soft, x)).toBeCloseTo(expected, 1);
    }
    const alpha = Uint8Array.from({ length: 4 * 96 * 64 }, (_, at) => ((at >> 2) % 96 < 20 ? 255 : 127));
    const half = await png(sharp(alpha, { raw: { width: 96, height: 64, channels: 4 } }));
    const blended = await rows({ mask: half, mask_feather: '0' });
    expect(share(blended, 60)).toBeCloseTo(128 / 255, 2);
    expect(differences(blended, input, (x) => x >= 20).outside).toBe(0);
  });

  test('previews keep what the mask keeps, in a stream and as a job', async () => {
    const images = await png(gradient(80, 64));
    const shape = ellipse(80, 64);
    const input = await decoded(images);
    const fields = { images, mask: await png(maskOf(80, 64, shape)), size: 'auto', num_inference_steps: '4' };
    const followed = { ...fields, stream: 'true', partial_images: '3' };
    // It begins once its reader is there: who comes late misses what was superseded.
    service.server.holdEngine();
    const response = await postEdit(service.url, goodForm(followed));
    service.server.letEngineGoOn();
    const events = await allEvents(response);
    const files = events.map(({ data }) => Buffer.from(String(data['b64_json']), 'base64'));
    expect(events.map(({ name }) => name)).toEqual([
      ...new Array<string>(3).fill('image_edit.partial_image'),
      'image_edit.completed',
    ]);
    for (const file of files) {
      const { outside, inside } = differences(await decoded(file), input, shape);
      expect(outside).toBe(0);
      expect(inside).toBeGreaterThan(500);
    }
    const { id } = await submitJob(service.url, fields);
    const { result } = await jobEnds(service.url, id);
    expect(result?.data[0]?.b64_json).toBe(files.at(-1)?.toString('base64'));
  });

  test('the same in JSON; null is none; variants and several images share one mask', async () => {
    const files = [await png(gradient(64, 48)), await png(gradient(64, 48).negate())];
    const shape = ellipse(64, 48);
    const mask = await png(maskOf(64, 48, shape));
    const fields = { size: 'auto', mask_feather: '3', n: '2' };
    const body = await edit(service.url, goodForm({ images: files, mask, ...fields }));
    expect(body.data.map(({ input_index: index }) => index)).toEqual([0, 0, 1, 1]);
    for (const { b64_json: base64, input_index: index } of body.data) {
      const input = await decoded(files[index] ?? Buffer.alloc(0));
      expect(differences(await decoded(Buffer.from(base64, 'base64')), input, shape).outside).toBe(0);
    }
    const [first] = files;
    const json = goodJson({ images: [{ image_url: dataUrl(first ?? Buffer.alloc(0)) }], size: 'auto', n: 2 });
    const masked = await postJson(service.url, { ...json, mask: { image_url: dataUrl(mask) }, mask_feather: 3 });
    expect(((await masked.json()) as EditBody).data).toEqual(body.data.slice(0, 2));
    const none = (await (await postJson(service.url, { ...json, mask: null })).json()) as EditBody;
    expect(none.data).not.toEqual(body.data.slice(0, 2));
    expect(none.size).not.toBe('64x48');
  });

  test('another mask or feather is another body for an Idempotency-Key', async () => {
    const images = await png(gradient(64, 48));
    const masks = [await png(maskOf(64, 48, (x) => x < 30)), await png(maskOf(64, 48, (x) => x < 31))];
    const post = (changes: Fields): Promise<Response> =>
      postEdit(service.url, goodForm({ images, mask: masks[0], ...changes }), { 'idempotency-key': 'masked' });
    const [made, again] = [await post({}), await post({})];
    expect(((await again.json()) as EditBody).data).toEqual(((await made.json()) as EditBody).data);
    for (const changes of [{ mask: masks[1] }, { mask: undefined }, { mask_feather: '9' }]) {
      await expectError(await post(changes), { status: 409, code: 'CONFLICT', message: /used with another body/ });
    }
  });

  test('what a mask doesn’t do is said', async () => {
    const images = await png(gradient(64, 64));
    const clear = await edit(service.url, goodForm({ images, mask: await png(maskOf(64, 64, () => true)) }));
    expect(clear.warnings).toEqual([
      'mask kept nothing as it is: it is transparent everywhere, so all of the picture may change',
    ]);
    const plain = await edit(service.url, goodForm({ images, mask_feather: '4' }));
    expect(plain.warnings).toEqual(['mask_feather had no effect: there is no mask']);
    expect(clear.data).toEqual(plain.data);
  });
});

describe('a picture that is larger than a result may be', () => {
  const service = sharedServer({ env: { MAX_OUTPUT_PIXELS: '10000', MAX_OUTPUT_SIDE: '120' } });

  test('is resized as a whole, and that is said', async () => {
    const images = await png(gradient(200, 100));
    const body = await edit(
      service.url,
      goodForm({ images, mask: await png(maskOf(200, 100, (x) => x < 90)), size: 'auto' }),
    );
    expect(body.size).toBe('120x60');
    expect(body.warnings).toEqual([
      "size: the picture's own, 200x100, is more than a result may have (MAX_OUTPUT_SIDE, MAX_OUTPUT_PIXELS); all of it was resized to 120x60",
    ]);
    const expected = resizeLanczos(await decoded(images), 120, 60);
    expect(differences(await resultOf(body), expected, (x) => x < 54).outside).toBe(0);
  });
});

describe.each(['plus-2509', 'plus-2511'])('a mask on %s', (checkpoint) => {
  const service = sharedServer({ checkpoint });

  test('is for the first reference, whose size the result has', async () => {
    const image = [await png(gradient(70, 50)), await png(gradient(90, 30)), await png(gradient(30, 40))];
    const shape = ellipse(70, 50);
    const mask = await png(maskOf(70, 50, shape));
    const fields = { images: undefined, image, mask, size: 'auto' };
    const body = await edit(service.url, goodForm(fields));
    expect(body.size).toBe('70x50');
    const { outside, inside } = differences(await resultOf(body), await decoded(image[0] ?? Buffer.alloc(0)), shape);
    expect(outside).toBe(0);
    expect(inside).toBeGreaterThan(500);
    const swapped = { ...fields, image: [...image].reverse() };
    await expectError(await postEdit(service.url, goodForm(swapped)), {
      status: 400,
      code: 'INVALID_INPUT',
      message:
        'Invalid mask: it has 70x50 pixels, but the picture has 30x40; a mask must be as large as the first picture',
      param: 'mask',
    });
  });
});

/** The values of a tensor's file: they lie in it as they are. */
function tensorOf(file: Buffer, count: number): Float32Array {
  const name = file.indexOf('tensor/data/0');
  const start = file.readUInt16LE(name - 2) + name + 'tensor/data/0'.length;
  return new Float32Array(Uint8Array.from(file.subarray(start, start + 4 * count)).buffer);
}
