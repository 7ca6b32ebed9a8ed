import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SizeRules } from '../../../src/images/output-size.js';
import type { PictureRequest } from '../../../src/protocol/picture-request.js';
import { psnr } from '../../support/compare.js';
import { EngineProcess } from '../../support/engine-process.js';
import { checkpointFolder, checkpointNames, goldenFile, manifest } from '../../support/fixtures.js';
import { pictureRequest } from '../../support/picture-request.js';
import { readImage } from '../../support/read-image.js';
import { reportFigure } from '../../support/report-figure.js';

/** dB; diffusers differs from itself by about 90 to 120 dB when only its thread count changes. */
const SAME_PICTURE = 70;
/** dB; below it a picture is another one. */
const OTHER_PICTURE = 50;

describe.each(checkpointNames())('checkpoint %s', (name) => {
  let engine: EngineProcess;
  let sizeRules: SizeRules;
  const { pictures } = manifest(name);

  beforeAll(async () => {
    engine = new EngineProcess();
    ({ sizeRules } = await engine.load(checkpointFolder(name)));
  });
  afterAll(() => engine.stop());

  const make = async (request: PictureRequest): Promise<Uint8Array> => {
    const { outcome, steps } = await engine.make(request);
    expect(outcome).toMatchObject({ type: 'made' });
    expect(steps).toHaveLength(request.numInferenceSteps);
    const data = outcome.type === 'made' ? outcome.picture.data : undefined;
    if (!(data instanceof Uint8Array)) throw new Error('The engine sent no 8-bit picture');
    return data;
  };

  test.each(pictures)('picture: $name', async (item) => {
    const expected = (await readImage(goldenFile(name, item.expected))).data;
    const same = psnr(await make(await pictureRequest(item, sizeRules)), expected);
    reportFigure('picture', `${name}/${item.name}`, `${same.toFixed(1)} dB`);
    expect(same).toBeGreaterThanOrEqual(SAME_PICTURE);
    for (const [change, distance] of Object.entries(item.counter_psnr)) {
      expect([change, distance < OTHER_PICTURE]).toEqual([change, true]);
    }
  });

  test('another seed makes another picture', async () => {
    const [item] = pictures;
    if (item === undefined) throw new Error(`${name} has no pictures`);
    const expected = (await readImage(goldenFile(name, item.expected))).data;
    const request = await pictureRequest(item, sizeRules);
    expect(psnr(await make({ ...request, seed: request.seed + 1 }), expected)).toBeLessThan(OTHER_PICTURE);
    const other = { ...request, editKey: randomUUID(), prompt: `${request.prompt} Or not.` };
    expect(psnr(await make(other), expected)).toBeLessThan(OTHER_PICTURE);
  });
});
