import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import type { EditorPage } from '../support/editor-page.js';
import { jobRuns } from '../support/jobs.js';
import { PageTests } from '../support/page-tests.js';
import { TestServer } from '../support/server.js';

jest.setTimeout(300_000);

describe('the history of edits', () => {
  const tests = new PageTests();
  let server: TestServer;
  let editor: EditorPage;
  let page: Page;
  /** Requests that the page has made: method, path, Last-Event-ID. */
  let requests: string[];
  beforeAll(async () => {
    server = await TestServer.start({ env: { SHUTDOWN_GRACE_SECONDS: '0' } });
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    editor = await tests.open(server.url);
    ({ page } = editor);
    requests = [];
    page.on('request', (request) => {
      const last = request.headers()['last-event-id'];
      const { pathname } = new URL(request.url());
      requests.push([request.method(), pathname, ...(last === undefined ? [] : [last])].join(' '));
    });
    await editor.isReady();
  });

  const meta = (): Promise<string[]> => page.locator('#chain .meta').allTextContents();
  const jobPaths = (method: string): string[] =>
    requests.filter((request) => request.startsWith(`${method} /v1/images/edits/`));
  /** The jobs of the page, which it asks for the events of. */
  const jobIds = (): string[] => [...new Set(jobPaths('GET').map((request) => request.split('/')[4] ?? ''))];
  const jobStatus = async (id: string): Promise<number> => (await fetch(`${server.url}/v1/images/edits/${id}`)).status;

  test('is a chain: on from a result, again with another seed, and any two of it are compared', async () => {
    await editor.fillIn();
    await editor.setOption('seed', '7');
    await editor.makeEdit();
    expect(await meta()).toEqual(['seed 7']);
    await page.click('#use-as-input');
    await page.fill('#prompt', 'make it red');
    await editor.makeEdit();
    expect(await meta()).toEqual(['from 1 · seed 7', 'seed 7']);
    expect(await page.locator('#chain .run').first().getAttribute('class')).toContain('linked');
    await page.getByRole('button', { name: 'Another seed' }).click();
    await page.locator('#chain .run.done').nth(2).waitFor();
    const [third = ''] = await meta();
    expect(third).toMatch(/^from 1 · seed \d+$/);
    expect(third).not.toBe('from 1 · seed 7');
    expect(await page.getAttribute('#before', 'alt')).toMatch(/^square-edited-7\.png, as it was$/);
    await page.selectOption('#compare-with', { label: 'Result 2: make it red' });
    expect(await page.getAttribute('#before', 'alt')).toBe('Result 2: make it red');
    expect(await page.textContent('#before-tag')).toBe('Result 2');
    expect(await page.getAttribute('#compare', 'aria-valuetext')).toBe('Result 2 50%, Result 3 50%');
    // Another result is compared with its own input again.
    await page.getByRole('button', { name: 'Result 1: make it blue' }).click();
    expect(await page.inputValue('#compare-with')).toBe('');
    expect(await page.getAttribute('#before', 'alt')).toBe('square.png, as it was');
    // What it was made with is the next edit's, of its own picture.
    await page.click('#use-settings');
    expect([await page.inputValue('#prompt'), await page.inputValue('#option-seed')]).toEqual(['make it blue', '7']);
    expect(await editor.pictures()).toEqual(['square.png']);
  });

  test('survives a reload, with pictures, form and chain', async () => {
    await editor.fillIn();
    await editor.setOption('n', '2');
    await editor.makeEdit();
    await page.locator('#grid button').nth(1).click();
    const made = await editor.download();
    await page.click('#use-as-input');
    await editor.isKept(2);
    await page.reload();
    await editor.isUsable();
    await page.locator('#chain .node').nth(1).waitFor();
    expect(await editor.results().count()).toBe(2);
    await editor.results().nth(1).click();
    expect((await editor.download()).equals(made)).toBe(true);
    expect(await editor.pictures()).toEqual([expect.stringMatching(/^square-edited-\d+\.png$/)]);
    // Its picture still counts as the result that it is.
    await editor.setOption('n', '1');
    await editor.makeEdit();
    expect((await meta())[0]).toMatch(/^from 2 · /);
  });

  test('an edit on its way goes on over a reload, from the event that was seen last; leaving it is warned of', async () => {
    await editor.fillIn();
    await editor.setOption('n', '10');
    await editor.setOption('num_inference_steps', '150');
    await editor.setOption('size', '384x384');
    await editor.run();
    await editor.results().first().waitFor();
    // The others are made after the page has been left, however fast the engine is.
    server.holdEngine();
    await editor.untilKept('runs.some(({ lastEvent }) => lastEvent > 0)');
    const [job = ''] = jobIds();
    requests.length = 0;
    const warned: string[] = [];
    page.on('dialog', (dialog) => {
      warned.push(dialog.type());
      void dialog.accept();
    });
    await page.reload();
    expect(warned).toEqual(['beforeunload']);
    await page.locator('#cancel').waitFor();
    await server.letEngineGoOnUntil(() => page.locator('#progress-text', { hasText: 'Step ' }).isVisible());
    server.holdEngine();
    expect(await editor.results().count()).toBeGreaterThan(0);
    const [events = ''] = jobPaths('GET');
    expect(events).toMatch(new RegExp(`^GET /v1/images/edits/${job}/events [1-9]\\d*$`));
    await jobRuns(server.url, job);
    await page.click('#cancel');
    server.letEngineGoOn();
    await page.locator('#chain .run.cancelled').waitFor();
    // Until the service has been told, leaving is still warned of.
    await page.locator('#cancel').waitFor({ state: 'hidden' });
    // Nothing runs any more: leaving is nobody's loss.
    warned.length = 0;
    await page.reload();
    await editor.isReady();
    expect(warned).toEqual([]);
  });

  test('one edit of it is forgotten, in the browser and in the service', async () => {
    await editor.fillIn();
    await editor.makeEdit();
    const [job = ''] = jobIds();
    await page.fill('#prompt', 'make it red');
    await editor.makeEdit();
    await page.locator('#chain .run.done').nth(1).waitFor();
    const deleted = page.waitForResponse((response) => response.request().method() === 'DELETE');
    await page.getByRole('button', { name: 'Remove this edit: make it blue' }).click();
    expect((await deleted).status()).toBe(200);
    expect(await jobStatus(job)).toBe(404);
    expect(await page.locator('#chain .words').allTextContents()).toEqual(['make it red']);
    await editor.isKept(1);
  });

  test('all of it is forgotten, in the browser and in the service', async () => {
    await editor.fillIn();
    await editor.makeEdit();
    await editor.isKept(1);
    const [job = ''] = jobIds();
    expect(await jobStatus(job)).toBe(200);
    await page.click('#forget');
    expect(await page.evaluate<string>('document.activeElement.id')).toBe('forget-no');
    await page.getByRole('button', { name: 'Keep them' }).click();
    expect(await editor.results().count()).toBe(1);
    await page.click('#forget');
    const deleted = page.waitForResponse((response) => response.request().method() === 'DELETE');
    await page.locator('#forget-yes').click();
    expect((await deleted).status()).toBe(200);
    expect(await jobStatus(job)).toBe(404);
    expect(await editor.results().count()).toBe(0);
    expect(await page.isVisible('#welcome')).toBe(true);
    await editor.untilKept('runs.length === 0 && files.length === 0');
    await page.reload();
    await editor.isUsable();
    expect(await page.locator('#chain li').count()).toBe(0);
  });
});
