import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
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
    await page.click('#options > summary');
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
    await page.click('#options > summary');
    await page.click('#options details:nth-of-type(1) > summary');
    await page.fill('#option-max_sequence_length', 'many');
    await page.click('#options details:nth-of-type(1) > summary');
    await page.click('#options > summary');
    await editor.run();
    await expectFault(
      'option-max_sequence_length-fault',
      'max_sequence_length must be a whole number between 1 and 1024',
      'option-max_sequence_length',
    );
  });

  test('a file that is no picture is pointed at', async () => {
    await editor.choose(PICTURE, pictureFile('../README.md'));
    await editor.page.fill('#prompt', 'make it blue');
    await editor.run();
    await expectFault('images-fault', 'Invalid image format in README.md: the file is not a PNG', 'choose');
    expect(await editor.page.getAttribute('#pictures li.at-fault', 'title')).toBe('README.md');
  });

  test('a file that is too large is named', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'page-'));
    const file = join(folder, 'large $& photo.png');
    await writeFile(file, Buffer.alloc(1024 * 1024 + 1));
    await editor.choose(PICTURE, file);
    await editor.page.fill('#prompt', 'make it blue');
    await editor.run();
    await editor.faults().filter({ hasText: 'large $& photo.png is larger than 1 MB (MAX_FILE_MB)' }).waitFor();
    expect(await editor.page.getAttribute('#pictures li.at-fault', 'title')).toBe('large $& photo.png');
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
    process.kill(server.enginePid, 'SIGKILL');
    await expectFaultText('The edit has failed.');
    expect(await editor.page.textContent('.runbar #general-fault')).toContain('Image generation failed: ');
    expect(await isSeen('#general-fault')).toBe(true);
    await editor.isReady();
  });
});
