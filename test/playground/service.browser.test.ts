import { describe, expect, jest, test } from '@jest/globals';
import { freePort } from '../../scripts/support/free-port.mjs';
import { ELSEWHERE } from '../support/browser.js';
import { edit, goodForm } from '../support/edit-form.js';
import { pictureFile } from '../support/fixtures.js';
import { deleteJob, ENDLESS, jobRuns, submitJob } from '../support/jobs.js';
import { metric } from '../support/metrics.js';
import { PageTests } from '../support/page-tests.js';

jest.setTimeout(300_000);

describe('the page and the service', () => {
  const tests = new PageTests();

  test('options come from the service: its limits, the checkpoint’s defaults; no suggestions where it has none', async () => {
    const server = await tests.serve({ env: { MAX_STEPS: '33' } });
    const { page } = await tests.open(server.url);
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
    const others = ['prompt', 'images', 'image', 'mask', 'lora', 'response_format', 'stream', 'progress'];
    expect([...names, ...others].sort()).toEqual(Object.keys(components.schemas.EditUploadDto.properties).sort());
    expect(await page.isVisible('#suggestions')).toBe(false);
  });

  test('Cancel ends the edit in the service, too; what was set up stays, and the next edit is made', async () => {
    const server = await tests.serve();
    const editor = await tests.open(server.url);
    const { page } = editor;
    await editor.isReady();
    await editor.runLong();
    server.holdEngine();
    const deleted = page.waitForResponse((response) => response.request().method() === 'DELETE');
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await deleted;
    server.letEngineGoOn();
    await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
    expect(await page.textContent('#announcer')).toBe('Cancelled.');
    expect(await page.textContent('#chain .run.cancelled .meta')).toBe('cancelled');
    expect(await editor.faults().count()).toBe(0);
    await page.click('#reset-options');
    await editor.makeEdit();
    expect(await metric(server.url, 'qwen_edit_cancels_total{reason="deleted"}')).toBe(1);
  });

  test('an edit waits for its turn and tells its place', async () => {
    const server = await tests.serve();
    const editor = await tests.open(server.url);
    await editor.isReady();
    const { id } = await submitJob(server.url, ENDLESS);
    await jobRuns(server.url, id);
    // The page's turn comes after the picture that is being made.
    server.holdEngine();
    await editor.fillIn();
    await editor.run();
    await editor.page.getByText('Next in the queue').waitFor();
    await editor.page.click('#cancel');
    await editor.page.locator('#run').waitFor();
    server.letEngineGoOn();
    await deleteJob(server.url, id);
  });

  test('while the model loads the page works, also reloaded, and Run waits for it', async () => {
    const server = await tests.serve();
    await server.stopNextEngine();
    const editor = await tests.open(server.url);
    const { page } = editor;
    await page.getByText('The model is being loaded.').waitFor();
    await page.fill('#prompt', 'make it blue');
    await page.reload();
    await page.getByText('Loading the model…').waitFor();
    expect(await page.inputValue('#prompt')).toBe('make it blue');
    await editor.choose(pictureFile('square.png'));
    await editor.run();
    await page.getByText('Waiting for the model to be loaded…').waitFor();
    process.kill(server.enginePid, 'SIGCONT');
    await editor.isReady();
    await editor.isResultShown();
    await page.locator('#notice').waitFor({ state: 'hidden' });
  });

  test('a model that can’t be loaded: the reason is there to read', async () => {
    const server = await tests.serve({ checkpoint: '/nowhere', untilReady: false });
    const { page } = await tests.open(server.url);
    await page.locator('#notice', { hasText: 'Failed to load model: ' }).waitFor();
    expect(await page.textContent('#status')).toBe('The model could not be loaded');
  });

  test('the service is restarted in the middle of an edit: the page waits, says that it is lost, and makes it again', async () => {
    const port = await freePort();
    const server = await tests.serve({ env: { PORT: String(port) } });
    const editor = await tests.open(server.url);
    const { page } = editor;
    await editor.isReady();
    await editor.runLong();
    // None of its pictures is made before.
    server.holdEngine();
    // As a crash would end it: nothing is told to those who listen.
    process.kill(server.pid, 'SIGKILL');
    server.letEngineGoOn();
    await page.getByText('The service doesn’t answer; the edit goes on').waitFor();
    await page.getByText('The service can’t be reached. The page keeps trying').waitFor();
    await server.stop();
    const again = await tests.serve({ env: { PORT: String(port), MAX_STEPS: '20' } });
    await page.locator('#general-fault', { hasText: 'The service doesn’t know this edit any more' }).waitFor();
    expect(await page.textContent('#chain .run.lost .meta')).toBe('lost by the service');
    await page.getByText(/^1–20 · /).waitFor();
    expect(await page.inputValue('#option-size')).toBe('1024x1024');
    await editor.setOption('num_inference_steps', '1');
    await editor.setOption('size', '64x64');
    await editor.setOption('n', '1');
    await page.getByRole('button', { name: 'Try again' }).click();
    await editor.isResultShown();
    expect((await edit(again.url, goodForm())).data).toHaveLength(1);
  });

  test('“Ready” goes when the service goes or hangs, and comes back with it', async () => {
    const port = await freePort();
    const server = await tests.serve({ env: { PORT: String(port) } });
    const editor = await tests.open(server.url);
    const { page } = editor;
    await editor.isReady();
    process.kill(server.pid, 'SIGSTOP');
    await page.locator('.status.offline').waitFor();
    process.kill(server.pid, 'SIGCONT');
    await editor.isReady();
    await server.stop();
    await page.locator('.status.offline').waitFor();
    await editor.fillIn();
    await editor.run();
    await page.locator('#general-fault', { hasText: 'The service can’t be reached.' }).waitFor();
    // What the service has never taken is no part of the history.
    expect(await page.locator('#chain li').count()).toBe(0);
    await tests.serve({ env: { PORT: String(port) } });
    await editor.isReady();
    expect(await editor.faults().count()).toBe(0);
  });

  test('a service that comes back with another model between two looks is noticed', async () => {
    const port = await freePort();
    const server = await tests.serve({ env: { PORT: String(port) } });
    const { page } = await tests.open(server.url);
    await page.locator('#model-name', { hasText: 'tiny-plain' }).waitFor();
    await server.stop();
    await tests.serve({ checkpoint: 'grouped', env: { PORT: String(port) } });
    // The next look, which would come by itself after some seconds.
    await page.evaluate("dispatchEvent(new Event('pageshow'))");
    await page.locator('#model-name', { hasText: 'tiny-grouped' }).waitFor();
  });

  describe('opened over plain HTTP on another machine', () => {
    const openElsewhere = async (isPhone: boolean): ReturnType<PageTests['open']> => {
      const { port } = await tests.serve();
      return tests.open(`http://${ELSEWHERE}:${port}`, { hasTouch: isPhone, isMobile: isPhone });
    };

    test('the code to copy is selected where the page may not copy it, and edits are made', async () => {
      const editor = await openElsewhere(false);
      const { page } = editor;
      await editor.isReady();
      await editor.fillIn();
      await editor.openCode();
      await page.click('#copy-curl');
      await page.getByText('The text is selected').first().waitFor();
      expect(await page.evaluate<string>('getSelection().toString()')).toBe(await page.innerText('#curl'));
      expect(await page.isVisible('#camera')).toBe(false);
      await editor.makeEdit();
    });

    test('a phone’s own camera takes the photo', async () => {
      const editor = await openElsewhere(true);
      const [chooser] = await Promise.all([
        editor.page.waitForEvent('filechooser'),
        editor.page.getByRole('button', { name: 'Take a photo' }).tap(),
      ]);
      expect(await chooser.element().getAttribute('capture')).toBe('environment');
      await chooser.setFiles(pictureFile('tall.png'));
      expect(await editor.pictures()).toEqual(['tall.png']);
    });
  });
});
