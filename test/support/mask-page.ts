import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import sharp from 'sharp';
import type { EditorPage } from './editor-page.js';
import { PageTests } from './page-tests.js';
import { TestServer } from './server.js';

/** A place in the picture, from 0 to 1 from its top left corner. */
export type Place = readonly [x: number, y: number];

export const MIDDLE: Place = [0.5, 0.5];
export const CORNER: Place = [0.02, 0.02];

/** A mask's file as it is saved: its alpha, row by row. */
interface SavedMask {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  readonly name: string;
  readonly format: string;
}

/** A service and a browser for the tests of one file, which paint masks on the page. */
export class MaskPage {
  private readonly tests = new PageTests();
  private started: { readonly server: TestServer; readonly folder: string } | undefined;
  private opened: EditorPage | undefined;

  /** Called outside of tests. */
  constructor() {
    beforeAll(async () => {
      this.started = { server: await TestServer.start(), folder: await mkdtemp(join(tmpdir(), 'page-')) };
      await this.makePicture('photo.png', 120, 80);
    });
    afterAll(async () => {
      const { started } = this;
      if (started === undefined) return;
      await started.server.stop();
      await rm(started.folder, { recursive: true });
    });
  }

  /** 120×80 pixels. */
  get picture(): string {
    return join(this.folder, 'photo.png');
  }

  get folder(): string {
    return this.running.folder;
  }

  get editor(): EditorPage {
    if (this.opened === undefined) throw new Error('The page is opened first');
    return this.opened;
  }

  get page(): Page {
    return this.editor.page;
  }

  async makePicture(name: string, width: number, height: number, orientation = 1): Promise<string> {
    const file = join(this.folder, name);
    const image = sharp({ create: { width, height, channels: 3, background: '#8ab' } });
    const extension = name.endsWith('png') ? image.png() : image.jpeg();
    await writeFile(file, await extension.withMetadata({ orientation }).toBuffer());
    return file;
  }

  /** Opens the page with these pictures, or with the one that is always there. */
  async open(options: BrowserContextOptions = {}, ...files: readonly string[]): Promise<void> {
    this.opened = await this.tests.open(this.running.server.url, options);
    await this.editor.isUsable();
    await this.editor.choose(...(files.length === 0 ? [this.picture] : files));
    await this.page.locator('#mask-open:enabled').waitFor();
  }

  takeBrush(): Promise<void> {
    return this.page.getByRole('button', { name: 'Paint a mask' }).click();
  }

  /** Where a place of the picture is on the page. */
  async onPage([x, y]: Place): Promise<{ x: number; y: number }> {
    const box = (await this.page.locator('#mask').boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    return { x: box.x + x * box.width, y: box.y + y * box.height };
  }

  /** Paints a straight line with the mouse. */
  async paint(from: Place, to: Place): Promise<void> {
    const { mouse } = this.page;
    const [start, end] = [await this.onPage(from), await this.onPage(to)];
    await mouse.move(start.x, start.y);
    await mouse.down();
    await mouse.move(end.x, end.y, { steps: 6 });
    await mouse.up();
  }

  async saved(): Promise<SavedMask> {
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.page.click('#mask-save')]);
    const file = await readFile(await download.path());
    const { format } = await sharp(file).metadata();
    const { data, info } = await sharp(file)
      .ensureAlpha()
      .extractChannel(3)
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height, name: download.suggestedFilename(), format };
  }

  /** Alpha of the saved mask at places. */
  async alphaAt(...places: readonly Place[]): Promise<number[]> {
    const { data, width, height } = await this.saved();
    return places.map(([x, y]) => data[Math.floor(y * height) * width + Math.floor(x * width)] ?? NaN);
  }

  note(): Promise<string | null> {
    return this.page.textContent('#mask-note');
  }

  private get running(): { readonly server: TestServer; readonly folder: string } {
    if (this.started === undefined) throw new Error('The server is started before the first test');
    return this.started;
  }
}
