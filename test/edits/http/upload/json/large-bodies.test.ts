import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readJsonForm } from '../../../../../src/edits/http/upload/json/json-form.js';
import { goodForm, postEdit } from '../../../../support/edit-form.js';
import { dataUrl, goodJson, postJson } from '../../../../support/edit-json.js';
import { expectErrorText } from '../../../../support/expect-error.js';
import { metric } from '../../../../support/metrics.js';
import { RawConnection } from '../../../../support/raw-http.js';
import { reportFigure } from '../../../../support/report-figure.js';
import { TestServer } from '../../../../support/server.js';

const MEGABYTE = 1024 * 1024;
const HELD = 'qwen_edit_upload_held_bytes';

/** How long a body is read in this very thread, on a machine as busy as it is now. */
function readingMilliseconds(body: string): number {
  const bytes = Buffer.from(body);
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += 65_536) blocks.push(Uint8Array.from(bytes.subarray(at, at + 65_536)));
  const limits = {
    maxFiles: 1,
    maxFileBytes: bytes.length,
    maxFields: 64,
    maxTextBytes: 1000,
    maxNameLength: 100,
    maxStructureLength: 1000,
  };
  const startedAt = performance.now();
  readJsonForm(blocks, limits);
  return performance.now() - startedAt;
}

describe('large bodies of JSON', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ env: { UPLOADS_MAX_MB: '100', MAX_FILE_MB: '64', QUEUE_LIMIT: '100' } });
  });
  afterAll(() => server.stop());

  /** Sends a large body, and another one that there is no room for. @returns milliseconds that /health took at most */
  const slowestHealth = async (body: string): Promise<number> => {
    const held = async (): Promise<number> => (await metric(server.url, HELD)) ?? NaN;
    const progress = { isDone: false, slowest: 0, mostHeld: 0 };
    const watch = async (): Promise<void> => {
      do {
        const startedAt = performance.now();
        await (await fetch(`${server.url}/health`)).text();
        progress.slowest = Math.max(progress.slowest, performance.now() - startedAt);
        progress.mostHeld = Math.max(progress.mostHeld, await held());
      } while (!progress.isDone);
    };
    const bytes = Buffer.from(body);
    const first = await RawConnection.open(server.port);
    await first.send(
      `POST /v1/images/edits HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${bytes.length}\r\n\r\n`,
    );
    await first.send(bytes.subarray(0, -1));
    while ((await held()) < bytes.length - 1) await new Promise((resolve) => setTimeout(resolve, 5));
    const second = await postJson(server.url, body);
    expect([second.status, await second.text()]).toEqual([429, expect.stringContaining('UPLOADS_MAX_MB') as unknown]);
    // Only now the whole is there to be read.
    const watching = watch();
    await first.send(bytes.subarray(-1));
    const { status, body: answer } = await first.answer();
    progress.isDone = true;
    await watching;
    first.close();
    expectErrorText(status, answer, {
      status: 400,
      code: 'INVALID_INPUT',
      message: /^Invalid image format at index 0/,
      param: 'images[0].image_url',
    });
    expect(progress.mostHeld).toBeLessThanOrEqual(100 * MEGABYTE);
    while ((await held()) > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    return progress.slowest;
  };

  test('64 MB of base64: /health stays quick, no more than UPLOADS_MAX_MB is held, others get 429', async () => {
    const body = JSON.stringify(goodJson({ images: [{ image_url: dataUrl(randomBytes(48 * MEGABYTE)) }] }));
    // As long as reading one body takes, /health would wait each time if the API's own thread did it. On a busy machine it may
    // be slow for once.
    let slowest = Infinity;
    for (let attempt = 0; attempt < 5 && slowest >= readingMilliseconds(body); attempt += 1) {
      slowest = await slowestHealth(body);
    }
    reportFigure('json', '64 MB of base64', `/health within ${slowest.toFixed(0)} ms`);
    expect(slowest).toBeLessThan(readingMilliseconds(body));
    expect((await postEdit(server.url, goodForm())).status).toBe(200);
  }, 120_000);
});
