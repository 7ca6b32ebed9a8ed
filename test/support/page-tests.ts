import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { launchBrowser, openPage, type WatchedPage } from './browser.js';
import { EditorPage } from './editor-page.js';
import { type ServerOptions, TestServer } from './server.js';

/**
 * A browser for the tests of one file. What a test opens and starts is closed and ended after it, and nothing must have
 * happened on the page that must not: errors, refusals by its own policy, requests to elsewhere.
 */
export class PageTests {
  private running: Browser | undefined;
  private opened: WatchedPage | undefined;
  private server: TestServer | undefined;

  constructor() {
    beforeAll(async () => {
      this.running = await launchBrowser();
    });
    afterEach(() => this.clear());
    afterAll(() => this.running?.close());
  }

  /** Starts a service for this test; it doesn't wait for work when it is stopped. */
  async serve(options: ServerOptions = {}): Promise<TestServer> {
    this.server = await TestServer.start({ ...options, env: { SHUTDOWN_GRACE_SECONDS: '0', ...options.env } });
    return this.server;
  }

  async open(url: string, options?: BrowserContextOptions): Promise<EditorPage> {
    const opened = await openPage(this.browser, url, options);
    this.opened = opened;
    return new EditorPage(opened.page);
  }

  /** What must not happen, for a test that makes some of it happen. */
  get mishaps(): string[] {
    return this.opened?.mishaps ?? [];
  }

  get browser(): Browser {
    if (this.running === undefined) throw new Error('The browser runs only while tests do');
    return this.running;
  }

  private async clear(): Promise<void> {
    const { opened, server } = this;
    this.opened = undefined;
    this.server = undefined;
    await opened?.context.close();
    await server?.stop();
    expect(opened?.mishaps ?? []).toEqual([]);
  }
}
