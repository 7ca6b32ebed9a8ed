import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readSettings } from '../../../../../src/config/read-settings.js';
import { FileBlocks } from '../../../../../src/edits/fields/file-blocks.js';
import { internetRules } from '../../../../../src/edits/http/remote/fetch-rules.js';
import { RemotePictures } from '../../../../../src/edits/http/remote/remote-pictures.service.js';
import { JsonBodies } from '../../../../../src/edits/http/upload/json/json-bodies.service.js';
import { goodForm, postEdit } from '../../../../support/edit-form.js';
import { dataUrl, goodJson, postJson } from '../../../../support/edit-json.js';
import { expectErrorText } from '../../../../support/expect-error.js';
import { metric } from '../../../../support/metrics.js';
import { RawConnection } from '../../../../support/raw-http.js';
import { TestServer } from '../../../../support/server.js';

const MEGABYTE = 1024 * 1024;
const HELD = 'qwen_edit_upload_held_bytes';

test('a body is read in another thread: the API’s own goes on meanwhile', async () => {
  const { limits } = readSettings({});
  const bodies = new JsonBodies(limits, new RemotePictures(internetRules([]), limits));
  const block = Uint8Array.from(Buffer.from(JSON.stringify(goodJson())));
  let hasGoneOn = false;
  setImmediate(() => (hasGoneOn = true));
  // What it becomes is asked of the service below: the built thread's answer is for the built pool alone.
  await bodies.read(FileBlocks.from([block])).catch(() => undefined);
  // Whoever reads it in this thread has it before anything else is done here.
  expect(hasGoneOn).toBe(true);
  await bodies.onApplicationShutdown();
});

describe('large bodies of JSON', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start({ env: { UPLOADS_MAX_MB: '100', MAX_FILE_MB: '64', QUEUE_LIMIT: '100' } });
  });
  afterAll(() => server.stop());

  const held = async (): Promise<number> => (await metric(server.url, HELD)) ?? NaN;
  test('64 MB of base64: no more than UPLOADS_MAX_MB is held, others get 429', async () => {
    const images = [{ image_url: dataUrl(randomBytes(48 * MEGABYTE)) }];
    const body = Buffer.from(JSON.stringify(goodJson({ images })));
    const first = await RawConnection.open(server.port);
    await first.send(
      `POST /v1/images/edits HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    await first.send(body.subarray(0, -1));
    while ((await held()) < body.length - 1) await new Promise((resolve) => setTimeout(resolve, 5));
    const second = await postJson(server.url, body);
    expect([second.status, await second.text()]).toEqual([429, expect.stringContaining('UPLOADS_MAX_MB') as unknown]);
    // Only now the whole is there to be read.
    const progress = { isDone: false, mostHeld: 0 };
    const watching = (async () => {
      do progress.mostHeld = Math.max(progress.mostHeld, await held());
      while (!progress.isDone);
    })();
    await first.send(body.subarray(-1));
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
    expect((await postEdit(server.url, goodForm())).status).toBe(200);
  }, 120_000);
});
