import { afterEach, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { goodForm, postEdit } from '../../../support/edit-form.js';
import { expectError, expectErrorText } from '../../../support/expect-error.js';
import { ENDLESS } from '../../../support/jobs.js';
import { metric } from '../../../support/metrics.js';
import { RawConnection } from '../../../support/raw-http.js';
import { reportFigure } from '../../../support/report-figure.js';
import { TestServer } from '../../../support/server.js';

const HELD = 'qwen_edit_upload_held_bytes';
const MEGABYTE = 1024 * 1024;
const FULL = {
  status: 429,
  code: 'QUEUE_FULL',
  message: 'Uploads hold 64 MB already, or would (UPLOADS_MAX_MB)',
  param: null,
};

describe('what all uploads may hold together', () => {
  let server: TestServer;
  afterEach(() => server.stop());

  const held = async (): Promise<number> => (await metric(server.url, HELD)) ?? NaN;
  const head = (length: string): string =>
    `POST /v1/images/edits HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data; boundary=x\r\n${length}\r\n\r\n`;
  const PART = '--x\r\nContent-Disposition: form-data; name="images"; filename="a.png"\r\n\r\n';

  test('100 clients: never more than UPLOADS_MAX_MB, others are refused, and afterwards nothing is held', async () => {
    server = await TestServer.start({ env: { UPLOADS_MAX_MB: '64', QUEUE_LIMIT: '1000' } });
    const rss = async (): Promise<number> =>
      ((await metric(server.url, 'qwen_edit_resident_memory_bytes{process="api"}')) ?? NaN) / MEGABYTE;
    const before = await rss();
    const progress = { isDone: false, mostHeld: 0, mostResident: 0 };
    const look = async (): Promise<void> => {
      progress.mostHeld = Math.max(progress.mostHeld, await held());
      progress.mostResident = Math.max(progress.mostResident, await rss());
    };
    const watch = async (): Promise<void> => {
      while (!progress.isDone) {
        await look();
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const file = randomBytes(4 * MEGABYTE + 1024);
    const piece = 256 * 1024;
    const begin = async (): Promise<RawConnection> => {
      const connection = await RawConnection.open(server.port);
      await connection.send(head('Transfer-Encoding: chunked'));
      await connection.send(`${PART.length.toString(16)}\r\n${PART}\r\n`);
      for (let start = 0; start < file.length; start += piece) {
        const part = file.subarray(start, start + piece);
        await connection.send(`${part.length.toString(16)}\r\n`);
        await connection.send(part);
        await connection.send('\r\n');
      }
      return connection;
    };
    const end = async (connection: RawConnection): Promise<number> => {
      await connection.send('9\r\n\r\n--x--\r\n\r\n0\r\n\r\n');
      const { status, body } = await connection.answer();
      if (status === 429) expectErrorText(status, body, FULL);
      else expect(body).toContain('Prompt cannot be empty');
      connection.close();
      return status;
    };
    // Fifteen wait for their last bytes: what is left of 64 MB is less than one of the others needs.
    const waiting = await Promise.all(Array.from({ length: 15 }, begin));
    while ((await held()) < 15 * file.length) await new Promise((resolve) => setTimeout(resolve, 10));
    const watching = watch();
    const refused = await Promise.all(Array.from({ length: 85 }, async () => end(await begin())));
    await look();
    progress.isDone = true;
    await watching;
    expect([...new Set(refused)]).toEqual([429]);
    expect([...new Set(await Promise.all(waiting.map(end)))]).toEqual([400]);
    expect(progress.mostHeld).toBeGreaterThanOrEqual(15 * file.length);
    expect(progress.mostHeld).toBeLessThanOrEqual(64 * MEGABYTE);
    while ((await held()) > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    reportFigure(
      'uploads',
      '100 uploads of 4 MB at once, UPLOADS_MAX_MB=64',
      `held ${(progress.mostHeld / MEGABYTE).toFixed(0)} MB, API resident ${before.toFixed(0)} to ${progress.mostResident.toFixed(0)} MB`,
    );
    // When the rest is collected is the runtime's affair, but it is not what they have sent in all.
    expect(progress.mostResident - before).toBeLessThan(350);
    expect((await postEdit(server.url, goodForm())).status).toBe(200);
  }, 120_000);

  test('a body that is announced is refused before it is read; one that never fits is too large', async () => {
    server = await TestServer.start({ env: { UPLOADS_MAX_MB: '2' } });
    const uploading = await RawConnection.open(server.port);
    await uploading.send(head(`Content-Length: ${2 * MEGABYTE}`) + PART);
    await uploading.send(randomBytes(1.5 * MEGABYTE));
    while ((await held()) < 1.5 * MEGABYTE) await new Promise((resolve) => setTimeout(resolve, 10));

    const refused = await RawConnection.open(server.port);
    await refused.send(head(`Content-Length: ${MEGABYTE}`));
    await refused.until(/^HTTP\/1\.1 429 [\s\S]*retry-after: 5/i);
    refused.close();
    const response = await postEdit(server.url, goodForm());
    expect(response.status).toBe(200);
    await response.text();

    uploading.close();
    while ((await held()) > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await expectError(await postEdit(server.url, goodForm({ images: randomBytes(2.5 * MEGABYTE) })), {
      status: 413,
      code: 'PAYLOAD_TOO_LARGE',
      message: 'The request body is larger than 2 MB (UPLOADS_MAX_MB)',
      param: null,
    });
  });

  test.each([
    ['multipart/form-data; boundary=x', PART],
    ['application/json', '{"prompt": "'],
  ])(
    'a body of %s that stalls is given up after UPLOAD_TIMEOUT_SECONDS, and is held no longer',
    async (type, begun) => {
      server = await TestServer.start({ env: { UPLOAD_TIMEOUT_SECONDS: '1' } });
      const stalled = await RawConnection.open(server.port);
      await stalled.send(head('Content-Length: 1000').replace('multipart/form-data; boundary=x', type));
      await stalled.send(begun);
      const { status, body } = await stalled.answer();
      expectErrorText(status, body, {
        status: 408,
        code: 'REQUEST_INCOMPLETE',
        message: 'The request body did not arrive whole within 1 seconds (UPLOAD_TIMEOUT_SECONDS)',
        param: null,
      });
      while ((await held()) > 0) await new Promise((resolve) => setTimeout(resolve, 10));
      stalled.close();
      expect((await postEdit(server.url, goodForm())).status).toBe(200);
    },
  );

  test('a waiting job holds its pictures until it has ended', async () => {
    server = await TestServer.start({ env: { SHUTDOWN_GRACE_SECONDS: '0' } });
    const response = await postEdit(server.url, goodForm(ENDLESS), {
      prefer: 'respond-async',
    });
    const { id } = (await response.json()) as { id: string };
    expect(await held()).toBeGreaterThan(1000);
    await fetch(`${server.url}/v1/images/edits/${id}`, { method: 'DELETE' });
    while ((await held()) > 0) await new Promise((resolve) => setTimeout(resolve, 10));
  });
});
