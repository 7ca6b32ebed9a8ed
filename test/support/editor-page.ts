import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { pictureFile } from './fixtures.js';

/** What a person does on the page, and what there is to see. */
export class EditorPage {
  constructor(readonly page: Page) {}

  /** The page knows what the service takes. */
  async isUsable(): Promise<void> {
    await this.page.locator('#options:not([hidden])').waitFor({ state: 'attached' });
  }

  isReady(): Promise<void> {
    return this.page.locator('.status.ready').waitFor();
  }

  /** Waits until an expression holds in the page, whose policy lets no script be polled there. */
  async until(expression: string): Promise<void> {
    while (!(await this.page.evaluate<boolean>(expression))) await new Promise((resolve) => setTimeout(resolve, 50));
  }

  /**
   * Waits until a condition holds of what the browser has on its disk, of which a page that is left sooner may lose the last.
   * @param condition an expression of `runs`, of the ids `files`, and of the form's `pictures`
   */
  untilKept(condition: string): Promise<void> {
    return this.until(`new Promise((resolve) => {
      const opening = indexedDB.open('qwen-image-edit');
      opening.onsuccess = () => {
        const transaction = opening.result.transaction(['runs', 'files']);
        const askedRuns = transaction.objectStore('runs').getAll();
        const askedFiles = transaction.objectStore('files').getAllKeys();
        transaction.oncomplete = () => {
          opening.result.close();
          const [runs, files] = [askedRuns.result, askedFiles.result];
          const pictures = JSON.parse(sessionStorage.getItem('qwen-image-edit.pictures') ?? '[]');
          resolve(${condition});
        };
      };
    })`);
  }

  /** Waits until a page that is opened again has so many results, of edits that have ended, and the form's pictures. */
  isKept(results: number): Promise<void> {
    return this.untilKept(
      `runs.flatMap((run) => run.results).length === ${results} &&
        runs.every(({ outcome }) => outcome === 'done') && pictures.every(({ id }) => files.includes(id))`,
    );
  }

  private isRunning(): Promise<void> {
    return this.page.locator('#progress-text', { hasText: /Step \d/ }).waitFor();
  }

  isResultShown(): Promise<void> {
    return this.page.locator('#result-actions:visible, #grid:visible').first().waitFor();
  }

  async choose(...files: readonly string[]): Promise<void> {
    await this.page.setInputFiles('#files', [...files]);
  }

  /** Names of the pictures to edit, as soon as there are any. */
  async pictures(): Promise<string[]> {
    await this.page.locator('#pictures li').first().waitFor();
    return this.page.evaluate<string[]>("[...document.querySelectorAll('#pictures li')].map((item) => item.title)");
  }

  async setOption(name: string, text: string): Promise<void> {
    await this.openPanel();
    await this.page.fill(`#option-${name}`, text);
  }

  /** The panel beside the picture: options, LoRAs, code. */
  async openPanel(): Promise<void> {
    if (!(await this.page.isVisible('#panel'))) await this.page.click('#panel-open');
  }

  async openCode(): Promise<void> {
    await this.openPanel();
    if (!(await this.page.isVisible('#curl'))) await this.page.click('#code > summary');
  }

  /** Everything that an edit needs. */
  async fillIn(prompt = 'make it blue'): Promise<void> {
    await this.choose(pictureFile('square.png'));
    await this.page.fill('#prompt', prompt);
  }

  /** Ten pictures that take minutes. A test that needs their first one not to be made yet holds the engine then. */
  async runLong(): Promise<void> {
    await this.fillIn();
    await this.setOption('num_inference_steps', '150');
    await this.setOption('size', '1024x1024');
    await this.setOption('n', '10');
    await this.run();
    await this.isRunning();
  }

  async run(): Promise<void> {
    await this.page.click('#run');
  }

  /** Runs, and waits for the end of the whole edit. */
  async makeEdit(): Promise<void> {
    await this.run();
    await this.isResultShown();
    await this.page.locator('#run').waitFor();
  }

  /** What went wrong, where it is told. */
  faults(): Locator {
    return this.page.locator('.fault:visible');
  }

  /** The results of the history: the newest edit's first, those of one edit in the order in which they were made. */
  results(): Locator {
    return this.page.locator('#chain button.node[id^="result-"]');
  }

  /** The shown result's file. */
  async download(): Promise<Buffer> {
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.page.click('#download')]);
    return readFile(await download.path());
  }

  async unfoldAll(): Promise<void> {
    await this.openPanel();
    await this.page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })");
  }
}
