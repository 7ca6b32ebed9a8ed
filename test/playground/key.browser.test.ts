import { describe, expect, jest, test } from '@jest/globals';
import { PageTests } from '../support/page-tests.js';

jest.setTimeout(300_000);

const KEY = 'k:e y:ü✓';

describe('a service with a key', () => {
  const tests = new PageTests();

  test('the page asks for it itself, keeps it over a reload, sends it, and never brings up the browser’s dialog', async () => {
    const server = await tests.serve({ env: { API_KEY: KEY } });
    const editor = await tests.open('about:blank');
    const { page } = editor;
    const session = await page.context().newCDPSession(page);
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
    await editor.isUsable();
    expect(await page.isVisible('#key-dialog')).toBe(false);
    await page.reload();
    await editor.isUsable();
    expect(await page.isVisible('#key-dialog')).toBe(false);
    await editor.fillIn();
    await editor.makeEdit();
    expect(await page.textContent('#curl')).toContain('-H "Authorization: Bearer $API_KEY"');
    expect(await page.content()).not.toContain(KEY);
    expect(dialogs).toBe(0);

    // That the count is worth something: a request without the header that keeps the dialog away.
    await page.evaluate("fetch('v1/models').then((response) => response.status)");
    expect(dialogs).toBe(1);
    // It was opened on no address at all, from which all of these are elsewhere, until it is closed.
    await page.close();
    const elsewhere = tests.mishaps.filter((text) => !text.startsWith(`asked for ${server.url}`));
    tests.mishaps.splice(0, Infinity, ...elsewhere);
  });

  test('without it the page says what is missing, and an edit asks again', async () => {
    const server = await tests.serve({ env: { API_KEY: KEY } });
    const editor = await tests.open(server.url);
    const { page } = editor;
    await page.getByRole('button', { name: 'Not now' }).click();
    await page.getByText('This service needs a key before it can be used.').waitFor();
    await editor.fillIn();
    await editor.run();
    await page.getByLabel('Key', { exact: true }).fill(KEY);
    await page.keyboard.press('Enter');
    await editor.isResultShown();
    await page.getByText('Change the key').waitFor();
  });
});
