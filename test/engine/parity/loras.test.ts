import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ModelInfo } from '../../../src/protocol/model-info.js';
import type { PictureRequest } from '../../../src/protocol/picture-request.js';
import { psnr } from '../../support/compare.js';
import { EngineProcess } from '../../support/engine-process.js';
import { checkpointFolder, goldenFile, loraFolder, type PictureCase } from '../../support/fixtures.js';
import { pictureRequest } from '../../support/picture-request.js';
import { readImage } from '../../support/read-image.js';
import { reportFigure } from '../../support/report-figure.js';

/** dB, as for pictures without LoRAs. */
const SAME_PICTURE = 70;
/** dB; below it a picture has been changed by its LoRAs. */
const OTHER_PICTURE = 40;

interface LoraCase extends PictureCase {
  readonly loras: PictureRequest['loras'];
}

const casesOf = (checkpoint: string): readonly LoraCase[] =>
  (JSON.parse(readFileSync(goldenFile(checkpoint, 'loras.json'), 'utf8')) as { pictures: LoraCase[] }).pictures;

async function requestOf(item: LoraCase, { sizeRules }: ModelInfo): Promise<PictureRequest> {
  return { ...(await pictureRequest(item, sizeRules)), loras: item.loras };
}

describe.each(['plain', 'plus-2511'])('LoRAs of the checkpoint %s', (name) => {
  let engine: EngineProcess;
  let model: ModelInfo;
  const cases = casesOf(name);

  beforeAll(async () => {
    engine = new EngineProcess();
    model = await engine.load(checkpointFolder(name), 'auto', 'auto', undefined, loraFolder(name));
  });
  afterAll(() => engine.stop());

  const make = async (request: PictureRequest): Promise<Uint8Array> => {
    const { outcome } = await engine.make(request);
    expect(outcome).toMatchObject({ type: 'made' });
    const data = outcome.type === 'made' ? outcome.picture.data : undefined;
    if (!(data instanceof Uint8Array)) throw new Error('The engine sent no 8-bit picture');
    return data;
  };

  test('all of them can be used', () => {
    expect(model.loras.map(({ refused }) => refused)).toEqual(model.loras.map(() => null));
    expect(new Set(cases.flatMap(({ loras }) => loras.map((lora) => lora.name)))).toEqual(
      new Set(model.loras.map((lora) => lora.name)),
    );
  });

  test.each(cases)('$name', async (item) => {
    const expected = (await readImage(goldenFile(name, item.expected))).data;
    const same = psnr(await make(await requestOf(item, model)), expected);
    reportFigure('picture', `${name}/loras/${item.name}`, `${same.toFixed(1)} dB`);
    expect(same).toBeGreaterThanOrEqual(SAME_PICTURE);
    expect(item.counter_psnr['without']).toBeLessThan(OTHER_PICTURE);
  });

  test('what is kept of an edit is kept by its LoRAs: without them, and with strength 0, it is the checkpoint’s own', async () => {
    const item = cases.find(({ name: own }) => own === 'two');
    if (item === undefined) throw new Error('There is no case of two LoRAs');
    const request = await requestOf(item, model);
    const expected = (await readImage(goldenFile(name, item.expected))).data;
    const without = await make({ ...request, loras: [] });
    expect(psnr(without, expected)).toBeLessThan(OTHER_PICTURE);
    expect(psnr(await make(request), expected)).toBeGreaterThanOrEqual(SAME_PICTURE);
    const [first, second] = request.loras;
    const none = [
      { name: first?.name ?? '', scale: 0 },
      { name: second?.name ?? '', scale: 0 },
    ];
    expect(psnr(await make({ ...request, loras: none }), without)).toBe(Infinity);
    const turned = [...request.loras].reverse();
    expect(psnr(await make({ ...request, loras: turned }), expected)).toBeGreaterThanOrEqual(SAME_PICTURE);
  });
});
