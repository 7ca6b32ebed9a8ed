import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RgbImage } from '../../../src/images/rgb-image.js';
import type { SizeRules } from '../../../src/images/output-size.js';
import type { PictureRequest } from '../../../src/protocol/picture-request.js';
import { psnr } from '../../support/compare.js';
import { EngineProcess } from '../../support/engine-process.js';
import { checkpointFolder, goldenFile, maskedCases, type MaskedCase, pictureFile } from '../../support/fixtures.js';
import { pictureRequest } from '../../support/picture-request.js';
import { maskedPicture } from '../../support/masked-picture.js';
import { readImage } from '../../support/read-image.js';
import { reportFigure } from '../../support/report-figure.js';

/** dB, as for pictures without a mask. */
const SAME_PICTURE = 70;
const OTHER_PICTURE = 50;

/** A checkpoint of each class. */
describe.each(['plain', 'plus-2511'])('masks on checkpoint %s, against diffusers’ inpainting step', (name) => {
  let engine: EngineProcess;
  let sizeRules: SizeRules;
  const cases = maskedCases(name);

  beforeAll(async () => {
    engine = new EngineProcess();
    ({ sizeRules } = await engine.load(checkpointFolder(name)));
  });
  afterAll(() => engine.stop());

  const requestOf = async (item: MaskedCase): Promise<PictureRequest> => {
    const [width, height] = item.size;
    const [first = ''] = item.pictures;
    const masked = await maskedPicture(
      pictureFile(first),
      goldenFile(name, item.mask),
      sizeRules,
      { width, height },
      0,
    );
    return { ...(await pictureRequest(item, sizeRules)), masked };
  };
  const make = async (request: PictureRequest): Promise<Uint8Array> => {
    const { outcome } = await engine.make(request);
    if (outcome.type !== 'made' || !(outcome.picture.data instanceof Uint8Array)) {
      throw new Error(JSON.stringify(outcome));
    }
    return outcome.picture.data;
  };
  /** With all pixels as they were decoded: the latents alone are held. */
  const decodedOnly = ({ masked, ...request }: PictureRequest): PictureRequest => {
    if (masked === null) throw new Error('The case has no mask');
    const { weights } = masked;
    return { ...request, masked: { ...masked, weights: { ...weights, data: weights.data.map(() => 255) } } };
  };

  test('has cases', () => expect(cases.length).toBeGreaterThan(1));

  test.each(cases)('the decoded picture: $name', async (item) => {
    const expected: RgbImage = await readImage(goldenFile(name, item.expected));
    const request = decodedOnly(await requestOf(item));
    const same = psnr(await make(request), expected.data);
    reportFigure('masked picture', `${name}/${item.name}`, `${same.toFixed(1)} dB`);
    expect(same).toBeGreaterThanOrEqual(SAME_PICTURE);
    expect(Math.max(...Object.values(item.counter_psnr))).toBeLessThan(OTHER_PICTURE);
    const unmasked = await make({ ...request, masked: null, editKey: randomUUID() });
    expect(psnr(unmasked, expected.data)).toBeLessThan(OTHER_PICTURE);
    // What is kept of the edit doesn't depend on the variant.
    const other = { ...request, seed: (request.seed + 1) % 2 ** 32 };
    expect(psnr(await make(other), expected.data)).toBeLessThan(OTHER_PICTURE);
    expect(await make(request)).toEqual(await make(request));
  });

  test.each(cases)('the finished picture: $name', async (item) => {
    const expected = await readImage(goldenFile(name, item.expected));
    const request = await requestOf(item);
    const { atResult, weights } = request.masked ?? { atResult: expected, weights: null };
    const made = await make(request);
    const weightOf = (at: number): number => weights?.data[Math.trunc(at / 3)] ?? NaN;
    const off = (at: number, other: Uint8Array): number => Math.abs((made[at] ?? NaN) - (other[at] ?? NaN));
    const values = [...made.keys()];
    const kept = values.filter((at) => weightOf(at) === 0);
    const changed = values.filter((at) => weightOf(at) === 255);
    expect(kept.length).toBeGreaterThan(3000);
    expect(kept.filter((at) => off(at, atResult.data) > 0)).toEqual([]);
    expect(changed.length).toBeGreaterThan(0);
    expect(changed.filter((at) => !(off(at, expected.data) <= 1))).toEqual([]);
  });
});
