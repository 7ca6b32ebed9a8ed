import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { EditorPage } from '../support/editor-page.js';
import { filled, LoraFolder } from '../support/lora-folder.js';
import { PageTests } from '../support/page-tests.js';
import { TestServer } from '../support/server.js';

jest.setTimeout(300_000);

/** Of the checkpoint's layers. */
const WIDTH = 24;

describe('the LoRAs on the page', () => {
  const tests = new PageTests();
  let folder: LoraFolder;
  let server: TestServer;
  let editor: EditorPage;
  let page: Page;
  beforeAll(async () => {
    folder = await LoraFolder.create();
    const settings: Readonly<Record<string, object | null>> = {
      bright: null,
      gold: { description: 'Frames in gold: say “a frame”', default_scale: 0.8 },
      grain: null,
      quick: { description: 'Fewer steps', steps: 1, true_cfg_scale: 1 },
      style: null,
    };
    for (const [name, setting] of Object.entries(settings)) {
      const layer = 'transformer_blocks.0.attn.to_q';
      await folder.writeTensors(`${name}.safetensors`, {
        [`${layer}.lora_A.weight`]: filled([2, WIDTH], 0.01),
        [`${layer}.lora_B.weight`]: filled([WIDTH, 2], 0.01),
      });
      if (setting !== null) await folder.write(`${name}.json`, JSON.stringify(setting));
    }
    await folder.write('broken.safetensors', 'no safetensors');
    server = await TestServer.start({ env: { LORA_DIR: folder.path } });
  });
  afterAll(async () => {
    await server.stop();
    await folder.remove();
  });
  const open = async ({ url }: TestServer): Promise<void> => {
    editor = await tests.open(url);
    ({ page } = editor);
    await editor.isUsable();
    await editor.openPanel();
  };

  const toggle = (name: string): ReturnType<Page['getByRole']> => page.getByRole('switch', { name, exact: true });
  const strength = (name: string): ReturnType<Page['getByRole']> =>
    page.getByRole('textbox', { name: `Strength of ${name}` });
  const sent = async (): Promise<unknown> => {
    const json = /--form-string 'lora=(.*)'/.exec((await page.textContent('#curl')) ?? '')?.[1];
    return json === undefined ? null : JSON.parse(json);
  };

  describe('of a service that has some', () => {
    beforeEach(() => open(server));

    test('are listed with what they are for; one that can’t be used with the reason', async () => {
      expect(await page.locator('#lora-list .switch').allTextContents()).toEqual(
        ['bright', 'broken', 'gold', 'grain', 'quick', 'style'].map((name) => ` ${name}`),
      );
      expect(await page.locator('#lora-list li', { hasText: 'gold' }).textContent()).toContain('Frames in gold');
      expect(await toggle('broken').isDisabled()).toBe(true);
      expect(await page.locator('#lora-list li', { hasText: 'broken' }).textContent()).toContain('broken.safetensors');
      expect(await strength('gold').count()).toBe(0);
      expect(await sent()).toBe(null);
    });

    test('one that is switched on is used at its own strength, or at the one that is set, by slider or box', async () => {
      await toggle('gold').check();
      expect(await sent()).toEqual([{ name: 'gold' }]);
      expect(await page.textContent('#loras-used')).toBe('1 used');
      expect(await page.textContent('#options-changed')).toBe('1 changed');
      expect(await strength('gold').getAttribute('placeholder')).toBe('0.8');
      const slider = page.getByRole('slider', { name: 'Strength of gold' });
      expect(await slider.inputValue()).toBe('0.8');
      await slider.focus();
      await page.keyboard.press('ArrowLeft');
      expect(await strength('gold').inputValue()).toBe('0.75');
      expect(await sent()).toEqual([{ name: 'gold', scale: 0.75 }]);
      // Beyond the slider's ends, where few will want it.
      await strength('gold').fill('-3.5');
      await toggle('style').check();
      expect(await sent()).toEqual([{ name: 'gold', scale: -3.5 }, { name: 'style' }]);
      await editor.fillIn();
      await editor.makeEdit();
      expect(await page.textContent('#caption')).toContain(' · gold -3.5 · style 1 · ');
      // The log comes through another pipe than the picture.
      await server.until(() => server.log.includes('gold:-3.5,style:1'));
      await toggle('gold').uncheck();
      expect(await sent()).toEqual([{ name: 'style' }]);
    });

    test('a strength that the service refuses is told beside the list', async () => {
      await toggle('gold').check();
      await strength('gold').fill('strong');
      await editor.fillIn();
      await page.click('#loras > summary');
      await editor.run();
      await page.locator('#lora-fault', { hasText: "the scale of 'gold' must be a number from -4 to 4" }).waitFor();
      expect(await page.isVisible('#lora-fault')).toBe(true);
      await strength('gold').fill('2');
      expect(await editor.faults().count()).toBe(0);
    });

    test('an edit uses four at most', async () => {
      for (const name of ['bright', 'gold', 'grain', 'quick']) await toggle(name).check();
      expect(await page.textContent('#lora-note')).toBe('An edit uses 4 at most.');
      expect(await toggle('style').isDisabled()).toBe(true);
      await toggle('grain').uncheck();
      expect(await toggle('style').isEnabled()).toBe(true);
      expect(await page.textContent('#lora-note')).toBe('');
    });

    test('what one is made for is the options’ default while it is on', async () => {
      const steps = (): Promise<string | null> => page.getAttribute('#option-num_inference_steps', 'placeholder');
      expect(await steps()).toBe('2');
      await toggle('quick').check();
      expect(await steps()).toBe('1');
      expect(await page.getAttribute('#option-true_cfg_scale', 'placeholder')).toBe('1');
      await toggle('quick').uncheck();
      expect(await steps()).toBe('2');
    });

    test('stay over a reload', async () => {
      await toggle('style').check();
      await strength('style').fill('0.5');
      await page.reload();
      await editor.isUsable();
      await editor.openPanel();
      expect(await toggle('style').isChecked()).toBe(true);
      expect(await strength('style').inputValue()).toBe('0.5');
    });
  });

  test('there is no list where there are none, and what was kept of another model’s is not sent', async () => {
    await open(await tests.serve());
    await page.evaluate(`sessionStorage.setItem('qwen-image-edit.draft', '{"loras":{"style":"0.5"}}')`);
    await page.reload();
    await editor.isUsable();
    expect(await page.isVisible('#loras')).toBe(false);
    expect(await sent()).toBe(null);
    await editor.fillIn();
    await editor.makeEdit();
  });
});
