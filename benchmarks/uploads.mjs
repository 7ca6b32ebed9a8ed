// @ts-check
/**
 * Has 100 clients send as much as they may, in several ways, and prints the most that the API process held: what it counts
 * against UPLOADS_MAX_MB, and its resident memory as the kernel saw it. The queue has room for all of them, so that nothing
 * but UPLOADS_MAX_MB and MAX_IMAGE_MEGAPIXELS bounds what they make it hold.
 *
 *     node benchmarks/uploads.mjs [UPLOADS_MAX_MB] [bodies] [pictures]
 *
 * Needs the built program, and Linux.
 */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import sharp from 'sharp';
import { editBody, postEdit } from './support/edit-request.mjs';
import { startService } from '../scripts/support/service.mjs';

const UPLOADS_MAX_MB = Number(process.argv[2] ?? 512);
const CLIENTS = 100;
/** Each keeps a core busy for seconds; what is decoded at once does not depend on their number. */
const DECODING_CLIENTS = 8;
const MEGABYTE = 1024 * 1024;
const HOLD_SECONDS = 10;
const HEAD =
  'POST /v1/images/edits HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Type: multipart/form-data; boundary=x\r\n\r\n';
const PART = '--x\r\nContent-Disposition: form-data; name="images"; filename="a.png"\r\n\r\n';
/** 64 megapixels, MAX_IMAGE_MEGAPIXELS' default. */
const LARGEST = { width: 8000, height: 8000 };

/** @param {number} pid the most that a process ever held resident, in MB */
const peakMegabytes = (pid) =>
  Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

/** @param {string | Buffer} data a chunk as HTTP has them */
const chunk = (data) =>
  Buffer.concat([Buffer.from(`${data.length.toString(16)}\r\n`), Buffer.from(data), Buffer.from('\r\n')]);

/**
 * Sends a body's begin and then pieces, until there are none or an answer comes.
 * @param {string} url
 * @param {AsyncIterable<Buffer>} pieces
 * @returns {Promise<string>} the answer's status
 */
async function upload(url, pieces) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  let answer = '';
  socket.on('data', (data) => (answer += data.toString('latin1')));
  socket.on('error', () => undefined);
  const isOver = () => answer !== '' || socket.destroyed;
  const write = (/** @type {string | Buffer} */ data) =>
    new Promise((resolve) => (socket.destroyed ? resolve(undefined) : socket.write(data, resolve)));
  await write(HEAD);
  await write(chunk(PART));
  for await (const piece of pieces) {
    if (isOver()) break;
    await write(chunk(piece));
  }
  socket.destroy();
  return answer === '' ? 'none' : answer.slice(9, 12);
}

const block = randomBytes(MEGABYTE);

/** As much as a body may hold, at once; five files of 50 MB. */
async function* maximal() {
  for (let file = 0; file < 5; file += 1) {
    for (let sent = 0; sent < 50; sent += 1) yield block;
    yield Buffer.from(`\r\n${PART}`);
  }
}

/**
 * So much of each client, and then so little that it is just let go on, until all have sent theirs and some seconds more.
 * @param {number} share bytes
 * @param {number} pieceBytes
 */
function slow(share, pieceBytes) {
  let sending = CLIENTS;
  return async function* () {
    let isSending = true;
    const isSent = () => {
      if (isSending) sending -= 1;
      isSending = false;
    };
    try {
      for (let sent = 0; sent < share; sent += pieceBytes) yield block.subarray(0, Math.min(pieceBytes, share - sent));
      isSent();
      for (let second = 0; second < HOLD_SECONDS; second += sending > 0 ? 0 : 1) {
        await pause(1000);
        yield block.subarray(0, 2048);
      }
    } finally {
      isSent();
    }
  };
}

/**
 * @param {string} what
 * @param {Record<string, string>} env
 * @param {(url: string) => Promise<string[]>} load the statuses that came
 */
async function measure(what, env, load) {
  const service = await startService({
    UPLOADS_MAX_MB: String(UPLOADS_MAX_MB),
    QUEUE_LIMIT: String(10 * CLIENTS),
    SHUTDOWN_GRACE_SECONDS: '0',
    ...env,
  });
  await postEdit(service.url, editBody({ prompt: 'make it blue', num_inference_steps: '1' }));
  const before = peakMegabytes(service.pid);
  const progress = { isDone: false, held: 0 };
  const watching = (async () => {
    while (!progress.isDone) {
      progress.held = Math.max(progress.held, (await service.metrics()).get('qwen_edit_upload_held_bytes') ?? 0);
      await pause(50);
    }
  })();
  const statuses = await load(service.url);
  progress.isDone = true;
  await watching;
  const peak = peakMegabytes(service.pid);
  const counts = [...new Set(statuses)]
    .sort()
    .map((status) => `${statuses.filter((one) => one === status).length} × ${status}`);
  console.log(
    `| ${what} | ${counts.join(', ')} | ${(progress.held / MEGABYTE).toFixed(0)} MB | ${before.toFixed(0)} to ${peak.toFixed(0)} MB | ${(peak - before).toFixed(0)} MB |`,
  );
  await service.stop();
}

/** @param {(url: string) => Promise<string>} one @param {number} [clients] */
const all =
  (one, clients = CLIENTS) =>
  (/** @type {string} */ url) =>
    Promise.all(Array.from({ length: clients }, () => one(url)));

/** @param {number} share bytes @param {number} pieceBytes */
function slowly(share, pieceBytes) {
  const pieces = slow(share, pieceBytes);
  return all((url) => upload(url, pieces()));
}

/**
 * Pictures whose files are small and whose pixels are many, as jobs that wait behind one that doesn't end.
 * @param {Buffer} picture
 * @returns {(url: string) => Promise<string[]>}
 */
const pictures = (picture) => async (url) => {
  const headers = { Prefer: 'respond-async' };
  const fields = { prompt: 'make it blue', num_inference_steps: '150', n: '10' };
  await postEdit(url, editBody({ ...fields, size: '1024x1024' }), { headers });
  const post = async () => String((await postEdit(url, editBody(fields, picture), { headers })).status);
  return all(post, DECODING_CLIENTS)(url);
};

const flat = sharp({ create: { ...LARGEST, channels: 3, background: '#4080c0' }, limitInputPixels: false });
const photo = sharp(
  await sharp(randomBytes(1000 * 1000 * 3), { raw: { width: 1000, height: 1000, channels: 3 } })
    .png()
    .toBuffer(),
).resize(LARGEST.width, LARGEST.height, { kernel: 'nearest' });

console.log(`UPLOADS_MAX_MB=${UPLOADS_MAX_MB}, ${CLIENTS} clients at once`);
console.log('| what they send | answers | counted at most | API process resident at most | growth |');
console.log('|---|---|---|---|---|');
const asked = process.argv.slice(3);
if (asked.length === 0 || asked.includes('bodies')) {
  await measure(
    '250 MB each, as fast as it goes',
    {},
    all((url) => upload(url, maximal())),
  );
  // Headers and what comes at the end take the rest.
  const SHARE = (0.97 * UPLOADS_MAX_MB * MEGABYTE) / CLIENTS;
  await measure(`${(SHARE / MEGABYTE).toFixed(1)} MB each, then 2 KB a second`, {}, slowly(SHARE, MEGABYTE));
  await measure('0.25 MB each in pieces of 100 bytes, then 2 KB a second', {}, slowly(MEGABYTE / 4, 100));
}
if (asked.length === 0 || asked.includes('pictures')) {
  await measure(
    `${DECODING_CLIENTS} clients, a PNG of 64 megapixels each`,
    {},
    pictures(await flat.clone().png().toBuffer()),
  );
  await measure(
    `${DECODING_CLIENTS} clients, a JPEG of 64 megapixels each`,
    {},
    pictures(await photo.clone().jpeg({ quality: 90 }).toBuffer()),
  );
  await measure(
    `${DECODING_CLIENTS} clients, a progressive JPEG of 64 megapixels each`,
    {},
    pictures(await photo.clone().jpeg({ progressive: true }).toBuffer()),
  );
}
