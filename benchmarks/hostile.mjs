// @ts-check
/**
 * Sends the built service requests that try what they may do (broken multipart, hostile fields, mutated pictures, oddities of
 * HTTP; eight at once) and prints how the API process's resident memory goes on, so that what levels off can be told from what
 * grows. Fails when an answer was a 500, when a request got none in time, or when edits are not served afterwards.
 *
 *     node benchmarks/hostile.mjs [requests] [seed]
 *
 * Needs the built program.
 */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import sharp from 'sharp';
import { editBody, postEdit } from './support/edit-request.mjs';
import { residentMegabytes, startService } from '../scripts/support/service.mjs';
import { ROOT } from '../scripts/support/program-files.mjs';

const REQUESTS = Number(process.argv[2] ?? 20_000);
const CLIENTS = 8;
const SAMPLES = 20;
const PATIENCE_MILLISECONDS = 60_000;
const BOUNDARY = 'x';

/** @param {number} seed numbers from 0 to 1, the same for the same seed (mulberry32) */
function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
const random = randomNumbers(Number(process.argv[3] ?? 1));
/** @param {number} end a whole number below it */
const below = (end) => Math.floor(random() * end);
/** @template T @param {readonly T[]} values @returns {T} */
const oneOf = (values) => /** @type {T} */ (values[below(values.length)]);

const photo = sharp(join(ROOT, 'docs', 'images', 'photo.jpg'));
/** A picture in each format that is read. */
const PICTURES = await Promise.all([
  photo.clone().jpeg().toBuffer(),
  photo.clone().jpeg({ progressive: true }).toBuffer(),
  photo.clone().png().toBuffer(),
  photo.clone().webp().toBuffer(),
  photo.clone().avif({ effort: 0 }).toBuffer(),
  photo.clone().gif().toBuffer(),
  photo.clone().tiff().toBuffer(),
]);
const SMALL = readFileSync(join(ROOT, 'test', 'fixtures', 'pictures', 'square.png'));

/** Some of its bytes changed, or its end cut off, or something behind it. @param {Buffer} picture */
function mutated(picture) {
  const bytes = Buffer.from(picture);
  for (let change = below(20); change > 0; change -= 1) bytes[below(bytes.length)] = below(256);
  const cut = random() < 0.3 ? bytes.subarray(0, below(bytes.length)) : bytes;
  return random() < 0.1 ? Buffer.concat([cut, Buffer.alloc(below(100_000), 'junk')]) : cut;
}

/** @param {string} head the part's own headers @param {string | Buffer} content */
const part = (head, content) =>
  Buffer.concat([Buffer.from(`--${BOUNDARY}\r\n${head}\r\n\r\n`), Buffer.from(content), Buffer.from('\r\n')]);
/** @param {string} name @param {string} value */
const text = (name, value) => part(`Content-Disposition: form-data; name="${name}"`, value);
/** @param {string} name @param {Buffer} content */
const file = (name, content) => part(`Content-Disposition: form-data; name="${name}"; filename="a"`, content);
const END = Buffer.from(`--${BOUNDARY}--\r\n`);
const FORM = `multipart/form-data; boundary=${BOUNDARY}`;

const NAMES = [
  'prompt',
  'n',
  'size',
  'seed',
  'model',
  'stream',
  '__proto__',
  'constructor',
  'images',
  'a'.repeat(200),
  '',
];
const VALUES = [
  '',
  '0',
  '-1',
  '1e400',
  'NaN',
  '9'.repeat(400),
  '\0',
  '💥'.repeat(5000),
  '../../etc/passwd',
  '<|image_pad|>',
  '{"a":1}',
  'x'.repeat(40_000),
];

const bodies = {
  'broken multipart': () => {
    const whole = Buffer.concat([text('prompt', 'make it blue'), file('images', SMALL), END]);
    const broken = Buffer.from(whole);
    for (let change = 1 + below(10); change > 0; change -= 1) broken[below(400)] = below(256);
    return oneOf([
      broken,
      whole.subarray(0, below(whole.length)),
      Buffer.concat([whole, whole]),
      Buffer.alloc(below(50_000), '-'),
    ]);
  },
  'hostile fields': () =>
    Buffer.concat([
      text('prompt', 'make it blue'),
      file('images', SMALL),
      ...Array.from({ length: 1 + below(12) }, () => text(oneOf(NAMES), oneOf(VALUES))),
      END,
    ]),
  'mutated pictures': () =>
    Buffer.concat([
      text('prompt', 'make it blue'),
      text('size', '64x64'),
      text('num_inference_steps', '1'),
      ...Array.from({ length: 1 + below(3) }, () => file('images', mutated(oneOf(PICTURES)))),
      END,
    ]),
};

/** @type {(() => string)[]} */
const ODDITIES = [
  () => 'GET / HTTP/9.9\r\n\r\n',
  () => `GET /${'a'.repeat(below(100_000))} HTTP/1.1\r\nHost: a\r\n\r\n`,
  () => `GET /ready HTTP/1.1\r\nHost: a\r\nX-A: ${'b'.repeat(below(100_000))}\r\n\r\n`,
  () => 'POST /v1/images/edits HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde',
  () =>
    `POST /v1/images/edits HTTP/1.1\r\nHost: a\r\nContent-Type: ${FORM}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
  () => 'BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n',
  () => `GET /v1/images/edits/${encodeURIComponent(oneOf(VALUES)).slice(0, 2000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
  () => '\0\x01\x02'.repeat(below(2000)),
];

/** @type {Map<string, number>} */
const seen = new Map();
/** @param {string} what */
const count = (what) => seen.set(what, (seen.get(what) ?? 0) + 1);
const service = await startService({ QUEUE_LIMIT: '64' });
const port = Number(new URL(service.url).port);

/** Sends bytes over a connection of their own. @param {string} bytes @returns {Promise<string>} the status, or how it ended */
function odd(bytes) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    const end = (/** @type {string} */ how) => {
      socket.destroy();
      resolve(how);
    };
    const timer = setTimeout(() => end('no answer'), PATIENCE_MILLISECONDS);
    socket.on('data', (data) => {
      answer += data.toString('latin1');
      end(answer.slice(9, 12));
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(answer === '' ? 'closed' : answer.slice(9, 12));
    });
    socket.end(bytes, 'latin1');
  });
}

/** @param {Buffer} body @returns {Promise<string>} */
async function post(body) {
  const signal = AbortSignal.timeout(PATIENCE_MILLISECONDS);
  const headers = { 'Content-Type': FORM };
  try {
    return String((await postEdit(service.url, body, { headers, signal })).status);
  } catch {
    return signal.aborted ? 'no answer' : 'closed';
  }
}

/** @type {{ requests: number, megabytes: number }[]} */
const samples = [];
const sample = async (/** @type {number} */ requests) =>
  samples.push({ requests, megabytes: residentMegabytes(await service.metrics()).api });

let sent = 0;
async function client() {
  const kinds = /** @type {[string, () => Buffer][]} */ (Object.entries(bodies));
  while (sent < REQUESTS) {
    sent += 1;
    if (sent % Math.ceil(REQUESTS / SAMPLES) === 0) await sample(sent);
    const kind = below(kinds.length + 1);
    const [name, body] = kinds[kind] ?? ['oddities of HTTP', null];
    count(`${name}: ${body === null ? await odd(oneOf(ODDITIES)()) : await post(body())}`);
  }
}

await sample(0);
await Promise.all(Array.from({ length: CLIENTS }, client));
const { status } = await postEdit(service.url, editBody({ prompt: 'make it blue', num_inference_steps: '1' }));
const code = await service.stop();
for (const [what, times] of [...seen].sort()) console.log(`  ${what}: ${times}`);
for (const { requests, megabytes } of samples) console.log(`after ${requests} requests: ${megabytes.toFixed(0)} MB`);
console.log(`an edit afterwards: ${status}; exit code ${code}`);
const faults = [...seen.keys()].filter((what) => /: (500|no answer)$/.test(what));
if (faults.length > 0) console.log(`FAULTS: ${faults.join(', ')}`);
process.exitCode = faults.length > 0 || status !== 200 || code !== 0 ? 1 : 0;
