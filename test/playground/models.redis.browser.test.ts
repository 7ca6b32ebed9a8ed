import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { metricReaches } from '../support/metrics.js';
import { PageTests } from '../support/page-tests.js';
import { eventually, isServed, ScaledService } from '../support/redis/scaled.js';

jest.setTimeout(300_000);

describe('the page, where several models are served', () => {
  const tests = new PageTests();
  let scaled: ScaledService;
  beforeAll(async () => {
    scaled = await ScaledService.start();
  });
  afterAll(() => scaled.stop());

  test('offers them, the default first, and sends the one that is chosen', async () => {
    const env = { API_KEY: '', DEFAULT_MODEL: 'tiny-plain' };
    const [api, , plus] = await Promise.all([scaled.api(env), scaled.worker(env), scaled.worker(env, 'plus-2511')]);
    await isServed(api);
    await eventually(async () => (await (await fetch(`${api.url}/v1/models`)).text()).includes('"plus-2511"'));
    await eventually(async () => (await (await fetch(`${api.url}/v1/models`)).text()).includes('"tiny-plain"'));
    const editor = await tests.open(api.url);
    await editor.isReady();
    await editor.isUsable();
    await editor.openPanel();
    const choices = editor.page.locator('#option-model option');
    expect(await choices.allTextContents()).toEqual([expect.stringContaining('tiny-plain'), 'plus-2511']);
    await editor.page.selectOption('#option-model', 'plus-2511');
    await editor.fillIn();
    await editor.makeEdit();
    // It may count the picture after that was shown.
    await metricReaches(plus.url, 'qwen_edit_pictures_total{engine="0"}', 1);
  });
});
