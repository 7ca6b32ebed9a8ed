import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, openPage, type WatchedPage } from '../support/browser.js';
import { edit, goodForm } from '../support/edit-form.js';
import { pictureFile } from '../support/fixtures.js';
import { deleteJob, ENDLESS, jobRuns, submitJob } from '../support/jobs.js';
import { metric } from '../support/metrics.js';
import { type ServerOptions, TestServer } from '../support/server.js';

jest.setTimeout(300_000);

const PICTURE = pictureFile('square.png');
const KEY = 'k:e y:ü✓';

describe('the page and the service', () => {
  let browser: Browser;
  let server: TestServer;
  let opened: WatchedPage | undefined;
  let page: Page;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());
  afterEach(async () => {
    expect(opened?.mishaps).toEqual([]);
    await opened?.context.close();
    await server.stop();
  });

  const start = async (options: ServerOptions = {}): Promise<void> => {
    server = await TestServer.start({ ...options, env: { SHUTDOWN_GRACE_SECONDS: '0', ...options.env } });
    opened = await openPage(browser, server.url);
    ({ page } = opened);
  };
  const isReady = (): Promise<void> => page.locator('.status.ready').waitFor();
  const fillIn = async (prompt = 'make it blue'): Promise<void> => {
    await page.setInputFiles('#files', PICTURE);
    await page.fill('#prompt', prompt);
  };
  const setOption = async (name: string, text: string): Promise<void> => {
    if (!(await page.isVisible('#reset-options'))) await page.click('#options > summary');
    await page.fill(`#option-${name}`, text);
  };
  /** Ten pictures that take minutes: what is done to them while they are made finds them being made. */
  const fillInLong = async (): Promise<void> => {
    await fillIn();
    await setOption('num_inference_steps', '150');
    await setOption('size', '512x512');
    await setOption('n', '10');
  };
  const isRunning = (): Promise<void> => page.locator('#progress-text', { hasText: /Step \d/ }).waitFor();
  const isResultShown = (): Promise<void> => page.locator('#result-actions').waitFor();

  test('options come from the service: its limits, the checkpoint’s defaults; no suggestions where it has none', async () => {
    await start({ env: { MAX_STEPS: '33' } });
    await isReady();
    await page.locator('#option-size').waitFor({ state: 'attached' });
    expect(await page.getAttribute('#option-size', 'placeholder')).toBe('64x64');
    expect(await page.getAttribute('#option-num_inference_steps', 'placeholder')).toBe('2');
    expect(await page.textContent('#option-num_inference_steps-hint')).toMatch(/^1–33 · /);
    const { components } = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
      components: { schemas: { EditUploadDto: { properties: Record<string, unknown> } } };
    };
    const names = await page.evaluate<string[]>(
      "[...document.querySelectorAll('#option-fields [name]')].map((control) => control.name)",
    );
    const others = ['prompt', 'images', 'image', 'response_format', 'stream', 'progress'];
    expect([...names, ...others].sort()).toEqual(Object.keys(components.schemas.EditUploadDto.properties).sort());
    expect(await page.isVisible('#suggestions')).toBe(false);
  });

  describe('faults', () => {
    beforeEach(async () => {
      await start();
      await isReady();
    });

    const expectFault = async (place: string, message: string | RegExp, focused: string): Promise<void> => {
      await page.locator(`#${place}`, { hasText: message }).waitFor();
      expect(await page.evaluate<string>('document.activeElement.id')).toBe(focused);
      expect(await page.getAttribute(`#${focused}`, 'aria-invalid')).toBe('true');
      expect(await page.getAttribute(`#${focused}`, 'aria-describedby')).toContain(place);
      expect(await page.locator('.fault:visible').count()).toBe(1);
    };

    test('each stands beside its field in the API’s words, and goes when the field is mended', async () => {
      await page.click('#run');
      await expectFault('images-fault', 'At least one image is required', 'choose');
      await page.setInputFiles('#files', PICTURE);
      expect(await page.locator('.fault:visible').count()).toBe(0);
      await page.click('#run');
      await expectFault('prompt-fault', 'Prompt cannot be empty', 'prompt');
      await page.fill('#prompt', 'make it blue');
      await setOption('num_inference_steps', '0');
      await page.click('#options > summary');
      await page.click('#run');
      await expectFault(
        'option-num_inference_steps-fault',
        'num_inference_steps must be at least 1',
        'option-num_inference_steps',
      );
      await setOption('num_inference_steps', '1');
      await setOption('size', '64 by 64');
      await page.click('#run');
      await expectFault('option-size-fault', 'Invalid size format', 'option-size');
      await page.click('#reset-options');
      await page.click('#run');
      await isResultShown();
      expect(await page.locator('.fault:visible').count()).toBe(0);
    });

    test('a field that is folded away twice unfolds', async () => {
      await fillIn();
      await page.click('#options > summary');
      await page.click('#options details:nth-of-type(1) > summary');
      await page.fill('#option-max_sequence_length', 'many');
      await page.click('#options details:nth-of-type(1) > summary');
      await page.click('#options > summary');
      await page.click('#run');
      await expectFault(
        'option-max_sequence_length-fault',
        'max_sequence_length must be a whole number between 1 and 1024',
        'option-max_sequence_length',
      );
    });

    test('a file that is no picture is pointed at', async () => {
      await page.setInputFiles('#files', [PICTURE, pictureFile('../README.md')]);
      await page.fill('#prompt', 'make it blue');
      await page.click('#run');
      await expectFault('images-fault', /Invalid image format at index 1/, 'choose');
      expect(await page.getAttribute('#pictures li.at-fault', 'title')).toBe('README.md');
    });

    test('what a warning says of a result is shown with it', async () => {
      await fillIn();
      await setOption('true_cfg_scale', '1');
      await setOption('negative_prompt', 'red');
      await page.click('#run');
      await isResultShown();
      expect(await page.textContent('#warnings')).toMatch(/^negative_prompt had no effect/);
    });

    test('an edit that fails in the middle says why', async () => {
      await fillInLong();
      await page.click('#run');
      await isRunning();
      process.kill(server.enginePid, 'SIGKILL');
      await page.locator('#general-fault', { hasText: 'The edit has failed.' }).waitFor();
      expect(await page.textContent('#general-fault')).toContain('Image generation failed: ');
      await isReady();
    });
  });

  test('Cancel ends the edit in the service, too; what was set up stays, and the next edit is made', async () => {
    await start();
    await isReady();
    await fillInLong();
    await page.click('#run');
    await isRunning();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
    expect(await page.textContent('#announcer')).toBe('Cancelled.');
    expect(await page.isVisible('#session')).toBe(false);
    expect(await page.locator('.fault:visible').count()).toBe(0);
    await server.until(() => /path=\/v1\/images\/edits .*cut=true/.test(server.log));
    await page.click('#reset-options');
    await page.click('#run');
    await isResultShown();
    expect(await metric(server.url, 'qwen_edit_cancels_total{reason="client_gone"}')).toBe(1);
  });

  test('an edit waits for its turn and tells its place', async () => {
    await start();
    await isReady();
    const { id } = await submitJob(server.url, ENDLESS);
    await jobRuns(server.url, id);
    await fillIn();
    await page.click('#run');
    await page.getByText('Next in the queue').waitFor();
    await page.click('#cancel');
    await page.locator('#run').waitFor();
    await deleteJob(server.url, id);
  });

  describe('with a key', () => {
    test('asks for it itself, keeps it over a reload, sends it, and never brings up the browser’s dialog', async () => {
      server = await TestServer.start({ env: { API_KEY: KEY } });
      opened = await openPage(browser, 'about:blank');
      ({ page } = opened);
      const session = await opened.context.newCDPSession(page);
      // Where a person sits in front, each of these is the browser's dialog.
      let dialogs = 0;
      await session.send('Fetch.enable', { handleAuthRequests: true });
      session.on('Fetch.requestPaused', ({ requestId }) => void session.send('Fetch.continueRequest', { requestId }));
      session.on('Fetch.authRequired', ({ requestId }) => {
        dialogs += 1;
        void session.send('Fetch.continueWithAuth', { requestId, authChallengeResponse: { response: 'CancelAuth' } });
      });

      await page.goto(server.url);
      await page.getByLabel('Key', { exact: true }).fill('wrong');
      await page.keyboard.press('Enter');
      await page.getByText('The service refused this key.').waitFor();
      await page.getByLabel('Key', { exact: true }).fill(KEY);
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.locator('#options').waitFor();
      expect(await page.isVisible('#key-dialog')).toBe(false);
      await page.reload();
      await page.locator('#options').waitFor();
      expect(await page.isVisible('#key-dialog')).toBe(false);
      await fillIn();
      await page.click('#run');
      await isResultShown();
      expect(await page.textContent('#curl')).toContain('-H "Authorization: Bearer $API_KEY"');
      expect(await page.content()).not.toContain(KEY);
      expect(dialogs).toBe(0);

      // That the count is worth something: a request without the header that keeps the dialog away.
      await page.evaluate("fetch('v1/models').then((response) => response.status)");
      expect(dialogs).toBe(1);
      opened = { ...opened, mishaps: opened.mishaps.filter((text) => !text.startsWith('asked for http://127.0.0.1')) };
    });

    test('without it the page says what is missing, and an edit asks again', async () => {
      await start({ env: { API_KEY: KEY } });
      await page.getByRole('button', { name: 'Not now' }).click();
      await page.getByText('This service needs a key before it can be used.').waitFor();
      await fillIn();
      await page.click('#run');
      await page.getByLabel('Key', { exact: true }).fill(KEY);
      await page.keyboard.press('Enter');
      await isResultShown();
      await page.getByText('Change the key').waitFor();
    });
  });

  test('while the model loads the page works, also reloaded, and Run waits for it', async () => {
    server = await TestServer.start({ untilReady: false });
    await server.until(() => !Number.isNaN(server.enginePid));
    process.kill(server.enginePid, 'SIGSTOP');
    expect(server.log).not.toContain(' is ready on ');
    opened = await openPage(browser, server.url);
    ({ page } = opened);
    await page.getByText('The model is being loaded.').waitFor();
    await page.fill('#prompt', 'make it blue');
    await page.reload();
    await page.getByText('Loading the model…').waitFor();
    expect(await page.inputValue('#prompt')).toBe('make it blue');
    await page.setInputFiles('#files', PICTURE);
    await page.click('#run');
    await page.getByText('Waiting for the model to be loaded…').waitFor();
    process.kill(server.enginePid, 'SIGCONT');
    await isReady();
    await isResultShown();
    expect(await page.isVisible('#notice')).toBe(false);
  });

  test('a model that can’t be loaded: the reason is there to read', async () => {
    await start({ checkpoint: '/nowhere', untilReady: false });
    await page.locator('#notice', { hasText: 'Failed to load model: ' }).waitFor();
    expect(await page.textContent('#status')).toBe('The model could not be loaded');
  });

  test('the service ends in the middle of an edit and comes back: what there is stays, and the page goes on', async () => {
    await start();
    await isReady();
    await fillInLong();
    await page.click('#run');
    await isRunning();
    const { port } = server;
    await server.stop();
    await page.locator('#general-fault:not(:empty)').waitFor();
    await page.getByText('The service doesn’t answer').waitFor();
    await page.getByText('The service can’t be reached. The page keeps trying').waitFor();
    await page.click('#run');
    await page.getByText('The service can’t be reached. Is it running?').waitFor();
    server = await TestServer.start({ env: { PORT: String(port), MAX_STEPS: '20' } });
    await isReady();
    await page.getByText(/^1–20 · /).waitFor();
    await setOption('num_inference_steps', '1');
    await setOption('n', '1');
    expect(await page.inputValue('#option-size')).toBe('512x512');
    await page.click('#run');
    await isResultShown();
    expect((await edit(server.url, goodForm())).data).toHaveLength(1);
  });
});
