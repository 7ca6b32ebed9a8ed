import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { psnr } from '../../support/compare.js';
import { EngineProcess } from '../../support/engine-process.js';
import type { PictureCase } from '../../support/fixtures.js';
import { pictureRequest } from '../../support/picture-request.js';
import { readImage } from '../../support/read-image.js';
import { reportFigure } from '../../support/report-figure.js';

/** dB to what diffusers makes of the dequantized weights in float32. */
const SAME_PICTURE = 65;
/** dB; below it a picture is another one. */
const OTHER_PICTURE = 50;

/** test/reference/weight_files.py makes the committed files, and into another folder one for each type. */
const FOLDER = process.env['WEIGHT_FILES'] ?? join(import.meta.dirname, '..', '..', 'fixtures', 'weight-files');
const CASES = JSON.parse(readFileSync(join(FOLDER, 'manifest.json'), 'utf8')) as (PictureCase & { file: string })[];

const cache = mkdtempSync(join(tmpdir(), 'weight-files-'));
afterAll(() => rmSync(cache, { recursive: true }));

describe.each([...new Set(CASES.map(({ file }) => file))])('%s', (file) => {
  const engine = new EngineProcess();
  afterAll(() => engine.stop());

  test('the pictures that diffusers makes of its values', async () => {
    const repacked: number[] = [];
    engine.on('quantizing', ({ step, done }) => step === 'repacked' && repacked.push(done));
    const source = { file: join(FOLDER, file), zeroCondT: null };
    const kept = { folder: cache, maxBytes: 1e9 };
    const { sizeRules } = await engine.load(join(FOLDER, 'checkpoint'), 'cpu', 'auto', kept, null, source);
    for (const item of CASES.filter((each) => each.file === file)) {
      const { outcome } = await engine.make(await pictureRequest(item, sizeRules));
      const data = outcome.type === 'made' ? outcome.picture.data : undefined;
      if (!(data instanceof Uint8Array)) throw new Error(JSON.stringify(outcome));
      const same = psnr(data, (await readImage(join(FOLDER, item.expected))).data);
      reportFigure('weight file', `${file}/${item.name}`, `${same.toFixed(1)} dB`);
      expect([item.name, same >= SAME_PICTURE]).toEqual([item.name, true]);
      // The committed files lose so much that the whole weights' picture would not pass for theirs.
      if (process.env['WEIGHT_FILES'] === undefined) {
        for (const distance of Object.values(item.counter_psnr)) expect(distance).toBeLessThan(OTHER_PICTURE);
      }
    }
    // Once for the file: another load finds them.
    const count = repacked.length;
    await engine.load(join(FOLDER, 'checkpoint'), 'cpu', 'auto', kept, null, source);
    expect(repacked).toHaveLength(count);
    expect(count > 0).toBe(/mixture|Q\d|UD/.test(file));
  }, 180_000);
});
