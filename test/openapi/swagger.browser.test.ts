import { describe, expect, jest, test } from '@jest/globals';
import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { newProfile } from '../support/browser.js';
import type { EditBody } from '../support/edit-form.js';
import { pictureFile } from '../support/fixtures.js';
import { PageTests } from '../support/page-tests.js';

jest.setTimeout(300_000);

const KEY = 'the-key';

/** Swagger UI's "Try it out" of POST /v1/images/edits. */
class TryOut {
  private constructor(
    private readonly page: Page,
    private readonly operation: Locator,
  ) {}

  static async open(tests: PageTests, url: string, options: BrowserContextOptions = {}): Promise<TryOut> {
    const context = await newProfile(tests.browser, options);
    const page = await context.newPage();
    await page.goto(`${url}/docs`);
    const operation = page.locator('#operations-images-createImageEdit');
    await operation.click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    return new TryOut(page, operation);
  }

  private field(name: string): Locator {
    return this.operation.locator(`tr[data-property-name="${name}"]`);
  }

  async choose(field: string, file: string): Promise<void> {
    await this.field(field).locator('input[type=file]').setInputFiles(pictureFile(file));
  }

  async fill(field: string, text: string): Promise<void> {
    await this.field(field).locator('input[type=text]').fill(text);
  }

  async press(field: string, name: RegExp): Promise<void> {
    await this.field(field).getByRole('button', { name }).click();
  }

  async authorize(key: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Authorize' }).first().click();
    const bearer = this.page.locator('.auth-container', { hasText: 'bearer' });
    await bearer.getByLabel('auth-bearer-value').fill(key);
    await bearer.getByRole('button', { name: /apply credentials/i }).click();
    await this.page.getByRole('button', { name: 'Close' }).first().click();
  }

  async execute(): Promise<{ readonly status: number; readonly body: unknown; readonly curl: string }> {
    const [answer] = await Promise.all([
      this.page.waitForResponse((response) => response.request().method() === 'POST'),
      this.operation.getByRole('button', { name: 'Execute' }).click(),
    ]);
    const curl = await this.operation.locator('.curl').innerText();
    return { status: answer.status(), body: await answer.json(), curl };
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}

describe('Swagger UI in a browser', () => {
  const tests = new PageTests();

  test('a file and the prompt that stands there are all that an edit needs, and all that is sent', async () => {
    const { url } = await tests.serve();
    const swagger = await TryOut.open(tests, url);
    await swagger.choose('images', 'square.png');
    const { status, body, curl } = await swagger.execute();
    expect(body).toMatchObject({ size: '64x64', warnings: [] });
    expect(status).toBe(200);
    expect([...curl.matchAll(/-F '(\w+)=/g)].map(([, name]) => name)).toEqual(['prompt', 'images']);
    await swagger.close();
  });

  test('what is entered is sent; without a file the answer says what is missing', async () => {
    const { url } = await tests.serve();
    const swagger = await TryOut.open(tests, url);
    expect(await swagger.execute()).toMatchObject({
      status: 400,
      body: { detail: { message: 'At least one image is required' } },
    });
    await swagger.press('image', /^Add/);
    await swagger.choose('image', 'square.png');
    await swagger.fill('n', '2');
    await swagger.fill('seed', '7');
    const { status, body } = await swagger.execute();
    expect(status).toBe(200);
    expect((body as EditBody).data.map(({ seed }) => seed)).toEqual([7, 8]);
    await swagger.close();
  });

  test('with the key, given to the browser or to Swagger UI', async () => {
    const { url } = await tests.serve({ env: { API_KEY: KEY } });
    const swagger = await TryOut.open(tests, url, { httpCredentials: { username: 'anyone', password: KEY } });
    await swagger.choose('images', 'square.png');
    expect((await swagger.execute()).status).toBe(200);
    await swagger.authorize(KEY);
    const { status, curl } = await swagger.execute();
    expect(status).toBe(200);
    expect(curl).toContain(`Authorization: Bearer ${KEY}`);
    await swagger.close();
  });
});
