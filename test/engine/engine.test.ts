import { afterAll, beforeAll, expect, test } from '@jest/globals';
import sharp from 'sharp';
import { readInputPicture } from '../../src/images/input-picture.js';
import type { EditRequest, Picture } from '../../src/inference/protocol.js';
import { psnr } from '../support/compare.js';
import { EngineProcess } from '../support/engine-process.js';
import { checkpointFolder, pictureFile } from '../support/fixtures.js';
import { inputPicture } from '../support/input-picture.js';

let engine: EngineProcess;
let base: EditRequest;
let conditionArea: number;

beforeAll(async () => {
  engine = new EngineProcess();
  ({ conditionArea } = await engine.load(checkpointFolder('plain')));
  base = {
    prompt: 'make it blue',
    negativePrompt: ' ',
    inputs: [[await inputPicture(pictureFile('square.png'), conditionArea)]],
    size: { width: 64, height: 64 },
    n: 1,
    numInferenceSteps: 1,
    trueCfgScale: 1,
    seed: 5,
    maxSequenceLength: 512,
    outputType: 'pil',
  };
});
afterAll(() => engine.stop());

const pixels = (picture: Picture | undefined): Uint8Array => {
  if (!(picture?.data instanceof Uint8Array)) throw new Error('no 8-bit picture came');
  return picture.data;
};

async function picturesOf(changes: Partial<EditRequest>): Promise<Picture[]> {
  const { outcome, pictures } = await engine.edit({ ...base, ...changes });
  expect(outcome).toMatchObject({ type: 'done' });
  return pictures;
}

async function refusalOf(changes: Partial<EditRequest>): Promise<unknown> {
  const { outcome, pictures } = await engine.edit({ ...base, ...changes });
  expect(pictures).toEqual([]);
  return outcome;
}

test('variants use the seeds that follow, modulo 2^32', async () => {
  const variants = await picturesOf({ n: 3, seed: 2 ** 32 - 1 });
  expect(variants.map(({ seed, variantIndex }) => [variantIndex, seed])).toEqual([
    [0, 2 ** 32 - 1],
    [1, 0],
    [2, 1],
  ]);
  const [alone] = await picturesOf({ seed: 1 });
  expect(psnr(pixels(variants[2]), pixels(alone))).toBe(Number.POSITIVE_INFINITY);
  expect(psnr(pixels(variants[1]), pixels(alone))).toBeLessThan(50);
});

test('several inputs come back in order, each with its own size for auto', async () => {
  const names = ['wide.png', 'tall.png', 'square.png'];
  const inputs = await Promise.all(names.map(async (name) => [await inputPicture(pictureFile(name), conditionArea)]));
  const pictures = await picturesOf({ inputs, n: 2, size: 'auto' });
  expect(pictures.map(({ inputIndex, variantIndex }) => [inputIndex, variantIndex])).toEqual([
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
    [2, 0],
    [2, 1],
  ]);
  const aspect = (picture: Picture | undefined): number => (picture ? picture.width / picture.height : 0);
  expect(aspect(pictures[0])).toBeGreaterThan(1);
  expect(aspect(pictures[2])).toBeLessThan(1);
  expect(aspect(pictures[4])).toBe(1);
});

test.each([
  { width: 65, height: 100 },
  { width: 71, height: 64 },
])('a size between the possible ones is met exactly: $width×$height', async (size) => {
  const [picture] = await picturesOf({ size });
  expect(picture).toMatchObject(size);
  expect(pixels(picture)).toHaveLength(size.width * size.height * 3);
  const [tensor] = await picturesOf({ size, outputType: 'pt' });
  const planes = [...(tensor?.data ?? [])];
  // Typed arrays from another process are of another realm than jest's: their names tell them, instanceof doesn't.
  expect(tensor?.data.constructor.name).toBe('Float32Array');
  expect(planes).toHaveLength(size.width * size.height * 3);
  expect([Math.min(...planes) >= 0, Math.max(...planes) <= 1]).toEqual([true, true]);
});

test('pt is the picture before it is rounded', async () => {
  const [eightBit] = await picturesOf({});
  const [float] = await picturesOf({ outputType: 'pt' });
  const area = 64 * 64;
  const rounded = Uint8Array.from({ length: 3 * area }, (_, index) =>
    Math.round(255 * Number(float?.data[(index % 3) * area + Math.floor(index / 3)])),
  );
  expect(psnr(rounded, pixels(eightBit))).toBeGreaterThan(80);
});

test.each(['1x1', '1x10', '10x1'])('a %s picture is edited', async (size) => {
  const [width = 0, height = 0] = size.split('x').map(Number);
  const data = Uint8Array.from({ length: width * height * 3 }, (_, index) => (index * 37) % 256);
  const file = await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
  const input = await readInputPicture(file, { maxPixels: 100, maxAspect: 10 }, conditionArea);
  const [picture] = await picturesOf({ inputs: [[input]], size: 'auto' });
  expect(new Set(pixels(picture)).size).toBeGreaterThan(10);
});

test('guidance counts only above 1, and then the negative prompt does', async () => {
  const made = async (changes: Partial<EditRequest>): Promise<Uint8Array> => pixels((await picturesOf(changes))[0]);
  const off = await made({ trueCfgScale: 1 });
  expect(psnr(await made({ trueCfgScale: 0, negativePrompt: 'dull' }), off)).toBe(Number.POSITIVE_INFINITY);
  const guided = await made({ trueCfgScale: 3 });
  expect(psnr(guided, off)).toBeLessThan(50);
  expect(psnr(await made({ trueCfgScale: 3, negativePrompt: 'dull' }), guided)).toBeLessThan(50);
});

test('a prompt longer than max_sequence_length is refused with both numbers', async () => {
  expect(await refusalOf({ prompt: 'blue '.repeat(9).trim(), maxSequenceLength: 3 })).toMatchObject({
    kind: 'invalid',
    param: 'prompt',
    message: expect.stringMatching(/^prompt has \d+ tokens, more than max_sequence_length \(3\)$/),
  });
  const long = { negativePrompt: 'grey '.repeat(9), maxSequenceLength: 20 };
  expect(await refusalOf({ ...long, trueCfgScale: 2 })).toMatchObject({ kind: 'invalid', param: 'negative_prompt' });
  await picturesOf({ ...long, trueCfgScale: 1 });
});

test('a special token in a prompt is refused by name', async () => {
  expect(await refusalOf({ prompt: 'blue <|image_pad|>' })).toMatchObject({
    kind: 'invalid',
    param: 'prompt',
    message: 'prompt must not contain the special token <|image_pad|>',
  });
});

test('several references are refused on a single-image checkpoint', async () => {
  const image = base.inputs[0]?.[0];
  if (image === undefined) throw new Error('no picture');
  expect(await refusalOf({ inputs: [[image, image]] })).toMatchObject({ kind: 'invalid', param: 'image' });
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
