import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { EditorPage } from '../support/editor-page.js';
import { pictureFile } from '../support/fixtures.js';
import { PageTests } from '../support/page-tests.js';
import type { TestServer } from '../support/server.js';

jest.setTimeout(300_000);

const PICTURE = pictureFile('square.png');

describe('faults on the page', () => {
  const tests = new PageTests();
  let server: TestServer;
  let editor: EditorPage;
  beforeEach(async () => {
    server = await tests.serve({ env: { MAX_FILE_MB: '1' } });
    editor = await tests.open(server.url);
    await editor.isReady();
  });

  /** The fault is told beside its field, which has the focus and says that it is wrong. */
  const expectFault = async (place: string, message: string | RegExp, focused: string): Promise<void> => {
    const { page } = editor;
    await page.locator(`#${place}`, { hasText: message }).waitFor();
    expect(await page.evaluate<string>('document.activeElement.id')).toBe(focused);
    expect(await page.getAttribute(`#${focused}`, 'aria-invalid')).toBe('true');
    expect(await page.getAttribute(`#${focused}`, 'aria-describedby')).toContain(place);
    expect(await editor.faults().count()).toBe(1);
  };

  test('each stands beside its field in the API’s words, and goes when the field is mended', async () => {
    const { page } = editor;
    await editor.run();
    await expectFault('images-fault', 'At least one image is required', 'choose');
    await editor.choose(PICTURE);
    expect(await editor.faults().count()).toBe(0);
    await editor.run();
    await expectFault('prompt-fault', 'Prompt cannot be empty', 'prompt');
    await page.fill('#prompt', 'make it blue');
    await editor.setOption('num_inference_steps', '0');
    await page.click('#panel-close');
    await editor.run();
    const steps = 'option-num_inference_steps';
    await expectFault(`${steps}-fault`, 'num_inference_steps must be at least 1', steps);
    await editor.setOption('num_inference_steps', '1');
    await editor.setOption('size', '64 by 64');
    await editor.run();
    await expectFault('option-size-fault', 'Invalid size format', 'option-size');
    await page.click('#reset-options');
    await editor.makeEdit();
    expect(await editor.faults().count()).toBe(0);
  });

  test('a field that is folded away twice unfolds', async () => {
    const { page } = editor;
    await editor.fillIn();
    await editor.openPanel();
    await page.click('#options details:nth-of-type(1) > summary');
    await page.fill('#option-max_sequence_length', 'many');
    await page.click('#options details:nth-of-type(1) > summary');
    await page.click('#panel-close');
    await editor.run();
    await expectFault(
      'option-max_sequence_length-fault',
      'max_sequence_length must be a whole number between 1 and 1024',
      'option-max_sequence_length',
    );
  });

  test('files that the service won’t take are named as they are chosen, and again before anything is sent', async () => {
    const { page } = editor;
    await editor.isUsable();
    const sent: string[] = [];
    page.on('request', (request) => sent.push(request.method()));
    const folder = await mkdtemp(join(tmpdir(), 'page-'));
    const large = join(folder, 'large $& photo.png');
    await writeFile(large, Buffer.concat([await readFile(PICTURE), Buffer.alloc(1024 * 1024)]));
    const heic = join(folder, 'IMG_1.HEIC');
    await writeFile(heic, Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic'));
    const refusals: readonly (readonly [file: string, name: string, words: string])[] = [
      [pictureFile('../README.md'), 'README.md', 'README.md is no picture that the service can read: PNG, JPEG'],
      [heic, 'IMG_1.HEIC', 'IMG_1.HEIC is a HEIC picture, which the service can’t read. Save it as JPEG or PNG'],
      [large, 'large $& photo.png', 'large $& photo.png has 1.1 MB, and the service takes 1 MB a picture'],
    ];
    for (const [file, name, words] of refusals) {
      await editor.choose(PICTURE, file);
      await page.fill('#prompt', 'make it blue');
      // Told, without taking the user from what is being written.
      await expectFaultText(words);
      expect(await page.getAttribute('#pictures li.at-fault', 'title')).toBe(name);
      await editor.run();
      await expectFault('images-fault', words, 'choose');
      for (const chosen of ['square.png', name]) {
        await page.getByRole('button', { name: `Remove ${chosen}` }).click();
      }
      expect(await editor.faults().count()).toBe(0);
    }
    expect(sent.filter((method) => method === 'POST')).toEqual([]);
    await rm(folder, { recursive: true });
  });

  test('a file that was changed since it was chosen is named', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'page-'));
    const file = join(folder, 'changed.png');
    await cp(PICTURE, file);
    await editor.choose(PICTURE, file);
    await editor.page.fill('#prompt', 'make it blue');
    await writeFile(file, 'something else, of another length');
    await editor.run();
    await expectFault('images-fault', 'changed.png can’t be read', 'choose');
    expect(await editor.page.getAttribute('#pictures li.at-fault', 'title')).toBe('changed.png');
    await editor.page.click('#switch-language');
    await expectFaultText('无法读取 changed.png');
    await rm(folder, { recursive: true });
  });

  /** The whole of it is within the window. */
  const isSeen = async (selector: string): Promise<boolean> => {
    const { y, height } = (await editor.page.locator(selector).boundingBox()) ?? { y: -1, height: 0 };
    return y >= 0 && y + height <= (editor.page.viewportSize()?.height ?? 0);
  };
  const expectFaultText = (text: string): Promise<void> => editor.faults().filter({ hasText: text }).waitFor();

  test('what a warning says of a result is shown with it', async () => {
    await editor.fillIn();
    await editor.setOption('true_cfg_scale', '1');
    await editor.setOption('negative_prompt', 'red');
    await editor.makeEdit();
    expect(await editor.page.textContent('#warnings')).toMatch(/^negative_prompt had no effect/);
  });

  test('an edit that fails in the middle says why', async () => {
    await editor.runLong();
    const { enginePid } = server;
    process.kill(enginePid, 'SIGKILL');
    await expectFaultText('The edit has failed.');
    const { page } = editor;
    expect(await page.textContent('#failure #general-fault')).toContain('Image generation failed: ');
    expect(await isSeen('#general-fault')).toBe(true);
    // The page may not have noticed yet that the engine was gone.
    await server.until(() => server.enginePid !== enginePid);
    await server.untilReady();
    await editor.isReady();
    await editor.setOption('num_inference_steps', '1');
    await editor.setOption('n', '1');
    // What to do about it: a smaller picture, three quarters of its sides.
    await page.getByRole('button', { name: 'Try 768 × 768' }).click();
    await editor.isResultShown();
    expect(await page.textContent('#caption')).toContain(' · 768 × 768 · ');
    expect(await editor.faults().count()).toBe(0);
  });
});
