import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { conditionSize } from '../../src/images/condition-size.js';
import { readInputPicture } from '../../src/images/input-picture.js';
import type { SizeRules } from '../../src/images/output-size.js';
import { resizeLanczos } from '../../src/images/pil-resize.js';
import type { Picture } from '../../src/protocol/picture.js';
import type { PictureRequest } from '../../src/protocol/picture-request.js';
import { psnr } from '../support/compare.js';
import { EngineProcess } from '../support/engine-process.js';
import { checkpointFolder, pictureFile } from '../support/fixtures.js';
import { inputPicture } from '../support/input-picture.js';

let engine: EngineProcess;
let base: PictureRequest;
let sizeRules: SizeRules;

beforeAll(async () => {
  engine = new EngineProcess();
  ({ sizeRules } = await engine.load(checkpointFolder('plain')));
  base = {
    prompt: 'make it blue',
    negativePrompt: ' ',
    references: [await inputPicture(pictureFile('square.png'), sizeRules)],
    editKey: 'replaced',
    size: { width: 64, height: 64 },
    numInferenceSteps: 1,
    trueCfgScale: 1,
    seed: 5,
    maxSequenceLength: 512,
    outputType: 'pil',
    partialImages: 0,
    loras: [],
    masked: null,
  };
});
afterAll(() => engine.stop());

const pixels = (picture: Picture | undefined): Uint8Array => {
  if (!(picture?.data instanceof Uint8Array)) throw new Error('no 8-bit picture came');
  return picture.data;
};

/** The base request with changes, as an edit of its own. */
const changed = (changes: Partial<PictureRequest>): PictureRequest => ({ ...base, editKey: randomUUID(), ...changes });

async function made(changes: Partial<PictureRequest>): Promise<Picture> {
  const { outcome } = await engine.make(changed(changes));
  if (outcome.type !== 'made') throw new Error(outcome.message);
  return outcome.picture;
}

async function refusalOf(changes: Partial<PictureRequest>): Promise<unknown> {
  const { outcome } = await engine.make(changed(changes));
  expect(outcome.type).toBe('failed');
  return outcome;
}

test('the seed makes the picture, whether its edit was prepared before or not', async () => {
  const editKey = randomUUID();
  const first = await made({ editKey, seed: 1 });
  const again = await made({ editKey, seed: 1 });
  const alone = await made({ seed: 1 });
  expect(psnr(pixels(again), pixels(first))).toBe(Number.POSITIVE_INFINITY);
  expect(psnr(pixels(alone), pixels(first))).toBe(Number.POSITIVE_INFINITY);
  expect(psnr(pixels(await made({ editKey, seed: 2 })), pixels(first))).toBeLessThan(50);
});

test('what an edit shares takes no time again', async () => {
  const editKey = randomUUID();
  const secondsOf = async (): Promise<number> => {
    const { outcome } = await engine.make(changed({ editKey }));
    return outcome.type === 'made' ? outcome.seconds.text + outcome.seconds.encode : NaN;
  };
  expect(await secondsOf()).toBeGreaterThan(0);
  expect(await secondsOf()).toBe(0);
});

test('auto gives each picture its own size', async () => {
  const aspects: number[] = [];
  for (const name of ['wide.png', 'tall.png', 'square.png']) {
    const { width, height } = await made({
      references: [await inputPicture(pictureFile(name), sizeRules)],
      size: 'auto',
    });
    aspects.push(width / height);
  }
  expect(aspects[0]).toBeGreaterThan(1);
  expect(aspects[1]).toBeLessThan(1);
  expect(aspects[2]).toBe(1);
});

test('auto is made at the size that diffusers takes, and brought to the input’s aspect', async () => {
  const references = [await inputPicture(pictureFile('wide.png'), sizeRules)];
  const size = conditionSize(sizeRules.nativeArea, { width: 120, height: 50 });
  const auto = await made({ references, size: 'auto' });
  expect([size, auto.width, auto.height]).toEqual([{ width: 192, height: 96 }, 192, 80]);
  const own = resizeLanczos({ ...size, data: pixels(await made({ references, size })) }, 192, 80);
  expect(Buffer.compare(pixels(auto), own.data)).toBe(0);
});

test('previews come at steps spread evenly, never the last, and fewer where there are fewer steps', async () => {
  const request = changed({ numInferenceSteps: 8, partialImages: 3, outputType: 'pt' });
  const { outcome, previews, steps } = await engine.make(request);
  expect(outcome.type).toBe('made');
  expect(steps).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(previews.map(({ index }) => index)).toEqual([0, 1, 2]);
  for (const { image } of previews) expect(image.data).toHaveLength(64 * 64 * 3);
  expect((await engine.make(changed({ numInferenceSteps: 2, partialImages: 3 }))).previews).toHaveLength(1);
  expect((await engine.make(changed({ numInferenceSteps: 1, partialImages: 3 }))).previews).toHaveLength(0);
});

test('a preview is decoded from the clean latents that the model predicts', async () => {
  // From the first step, whose noise is all there is, that is the picture of a single step.
  const { previews } = await engine.make(changed({ numInferenceSteps: 2, partialImages: 1 }));
  const [preview] = previews;
  if (preview === undefined) throw new Error('no preview came');
  expect(psnr(pixels(preview.image), pixels(await made({ numInferenceSteps: 1 })))).toBeGreaterThan(70);
});

test('a cancelled picture ends at the next step, and the next one is right', async () => {
  const before = await made({ seed: 9 });
  // Minutes, of which nobody misses half.
  const numInferenceSteps = 2000;
  const size = { width: 256, height: 256 };
  const { outcome, steps } = await engine.make(changed({ numInferenceSteps, size }), (step, cancel) => {
    if (step === 3) cancel();
  });
  expect(outcome).toMatchObject({ type: 'failed', kind: 'cancelled' });
  expect(steps.length).toBeLessThan(numInferenceSteps / 2);
  expect(psnr(pixels(await made({ seed: 9 })), pixels(before))).toBe(Number.POSITIVE_INFINITY);
});

test.each([
  { width: 65, height: 100 },
  { width: 71, height: 64 },
])('a size between the possible ones is met exactly: $width×$height', async (size) => {
  const picture = await made({ size });
  expect(picture).toMatchObject(size);
  expect(pixels(picture)).toHaveLength(size.width * size.height * 3);
  const tensor = await made({ size, outputType: 'pt' });
  const planes = [...tensor.data];
  // Typed arrays from another process are of another realm than jest's: their names tell them, instanceof doesn't.
  expect(tensor.data.constructor.name).toBe('Float32Array');
  expect(planes).toHaveLength(size.width * size.height * 3);
  expect([Math.min(...planes) >= 0, Math.max(...planes) <= 1]).toEqual([true, true]);
});

test('pt is the picture before it is rounded', async () => {
  const eightBit = await made({});
  const float = await made({ outputType: 'pt' });
  const area = 64 * 64;
  const rounded = Uint8Array.from({ length: 3 * area }, (_, index) =>
    Math.round(255 * Number(float.data[(index % 3) * area + Math.floor(index / 3)])),
  );
  expect(psnr(rounded, pixels(eightBit))).toBeGreaterThan(80);
});

test.each(['1x1', '1x10', '10x1'])('a %s picture is edited', async (size) => {
  const [width = 0, height = 0] = size.split('x').map(Number);
  const data = Uint8Array.from({ length: width * height * 3 }, (_, index) => (index * 37) % 256);
  const file = await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  const input = await readInputPicture(file, { maxPixels: 100, maxAspect: 10 }, 'auto', sizeRules);
  const picture = await made({ references: [input], size: 'auto' });
  expect(new Set(pixels(picture)).size).toBeGreaterThan(10);
});

test('guidance counts only above 1, and then the negative prompt does', async () => {
  const off = pixels(await made({ trueCfgScale: 1 }));
  const ignored = await made({ trueCfgScale: 0, negativePrompt: 'dull' });
  expect(psnr(pixels(ignored), off)).toBe(Number.POSITIVE_INFINITY);
  const guided = pixels(await made({ trueCfgScale: 3 }));
  expect(psnr(guided, off)).toBeLessThan(50);
  expect(psnr(pixels(await made({ trueCfgScale: 3, negativePrompt: 'dull' })), guided)).toBeLessThan(50);
});

test('a prompt longer than max_sequence_length is refused with both numbers', async () => {
  expect(await refusalOf({ prompt: 'blue '.repeat(9).trim(), maxSequenceLength: 3 })).toMatchObject({
    kind: 'invalid',
    param: 'prompt',
    message: expect.stringMatching(/^prompt has \d+ tokens, more than max_sequence_length \(3\)$/),
  });
  const long = { negativePrompt: 'grey '.repeat(9), maxSequenceLength: 20 };
  expect(await refusalOf({ ...long, trueCfgScale: 2 })).toMatchObject({ kind: 'invalid', param: 'negative_prompt' });
  await made({ ...long, trueCfgScale: 1 });
});

test('several references are refused on a single-image checkpoint', async () => {
  const [image] = base.references;
  if (image === undefined) throw new Error('no picture');
  expect(await refusalOf({ references: [image, image] })).toMatchObject({ kind: 'invalid', param: 'image' });
});

test('a checkpoint that cannot be loaded is told in one line, and the next one loads', async () => {
  const other = new EngineProcess();
  try {
    await expect(other.load(pictureFile('.'))).rejects.toThrow(/^[^\n/]+$/);
    await expect(other.load(checkpointFolder('plain'), 'cuda')).rejects.toThrow(/DEVICE_MAP=cuda/);
    expect(await other.load(checkpointFolder('plain'))).toMatchObject({ device: 'cpu', maxReferences: 1 });
  } finally {
    other.stop();
  }
});
