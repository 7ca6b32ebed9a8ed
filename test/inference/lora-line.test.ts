import { describe, expect, test } from '@jest/globals';
import { loraLine } from '../../src/inference/lora-line.js';
import { loraInfo } from '../support/model-info.js';

describe('what the log says of LoRAs', () => {
  test('which can be used, and what is their own', () => {
    const defaults = { numInferenceSteps: 4, trueCfgScale: 1 };
    expect(
      loraLine([
        loraInfo('broken', { refused: 'it is none' }),
        loraInfo('four', { defaults }),
        loraInfo('one', { defaults: { numInferenceSteps: 1 }, defaultScale: -0.5 }),
        loraInfo('style'),
      ]),
    ).toBe('LoRAs that edits can use: four (4 steps, true_cfg_scale 1), one (1 step, scale -0.5), style');
  });

  test('nothing where there are none; of many the first', () => {
    expect(loraLine([])).toBeNull();
    expect(loraLine([loraInfo('broken', { refused: 'it is none' })])).toBeNull();
    const many = Array.from({ length: 64 }, (_, index) => loraInfo(`l${index}`));
    expect(loraLine(many)).toMatch(/: l0, l1, .*, l19 and 44 more$/);
  });
});
