import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { pictureFile } from './fixtures.js';

/** What a person does on the page, and what there is to see. */
export class EditorPage {
  constructor(readonly page: Page) {}

  isReady(): Promise<void> {
    return this.page.locator('.status.ready').waitFor();
  }

  private isRunning(): Promise<void> {
    return this.page.locator('#progress-text', { hasText: /Step \d/ }).waitFor();
  }

  isResultShown(): Promise<void> {
    return this.page.locator('#result-actions').waitFor();
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
    if (!(await this.page.isVisible('#reset-options'))) await this.page.click('#options > summary');
    await this.page.fill(`#option-${name}`, text);
  }

  /** Everything that an edit needs. */
  async fillIn(prompt = 'make it blue'): Promise<void> {
    await this.choose(pictureFile('square.png'));
    await this.page.fill('#prompt', prompt);
  }

  /** Ten pictures that take minutes: what is done to them while they are made finds them being made. */
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

  /** This session's results, newest first. */
  results(): Locator {
    return this.page.locator('#strip button');
  }

  /** The shown result's file. */
  async download(): Promise<Buffer> {
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.page.click('#download')]);
    return readFile(await download.path());
  }

  async unfoldAll(): Promise<void> {
    await this.page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })");
  }
}
