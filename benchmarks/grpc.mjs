// @ts-check
/**
 * Prints what a 1024×1024 PNG in and one out cost over gRPC and over HTTP, with the clients of this process: medians of rounds in which
 * each way has its turn. The edit is made before, and named by an idempotency key: what is timed is the way there and back, and the
 * checks, not the model. Needs the built program.
 *
 *     node benchmarks/grpc.mjs [--rounds 60]
 */
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { credentials, loadPackageDefinition, Metadata } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { startService } from '../scripts/support/service.mjs';
import { median, tableHead, tableRow } from './support/figures.mjs';
import { writePhoto } from './support/photo.mjs';

const { rounds } = parseArgs({ options: { rounds: { type: 'string', default: '60' } } }).values;
const SIDE = 1024;
const FIELDS = { prompt: 'make it blue', num_inference_steps: 1, true_cfg_scale: 1, size: `${SIDE}x${SIDE}`, seed: 1 };
const PROTO = join(import.meta.dirname, '..', 'proto');

/** A port that nobody has. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}

/** @param {Buffer} picture */
function multipart(picture) {
  const texts = Object.entries(FIELDS).map(
    ([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const file = '--b\r\nContent-Disposition: form-data; name="images"; filename="a.png"\r\n\r\n';
  return Buffer.concat([Buffer.from(texts.join('') + file), picture, Buffer.from('\r\n--b--\r\n')]);
}

const port = await freePort();
const service = await startService({ GRPC_PORT: String(port) });
const file = join(tmpdir(), `grpc-photo-${process.pid}.png`);
await writePhoto(file, SIDE);
const picture = await readFile(file);
await rm(file);
const body = multipart(picture);
const agent = new Agent({ keepAlive: true });

/** @param {Record<string, string>} headers @returns {Promise<Buffer>} the answer's body */
async function post(headers) {
  const type = { 'content-type': 'multipart/form-data; boundary=b', 'content-length': body.length };
  const sent = request(`${service.url}/v1/images/edits`, { method: 'POST', headers: { ...type, ...headers }, agent });
  sent.end(body);
  const [response] = /** @type {[import('node:http').IncomingMessage]} */ (await once(sent, 'response'));
  const answer = Buffer.concat(await response.toArray());
  if (response.statusCode !== 200) throw new Error(`The edit got ${response.statusCode}: ${answer.toString()}`);
  return answer;
}

const proto = loadSync('image_edits.proto', { keepCase: true, oneofs: true, includeDirs: [PROTO] });
const { ImageEdits } = /** @type {any} */ (loadPackageDefinition(proto)).imageedits.v1;
const CHANNEL = { 'grpc.max_receive_message_length': -1, 'grpc.use_local_subchannel_pool': 1 };
const [narrow, wide] = [{}, { 'grpc-node.flow_control_window': 4 * 1024 * 1024 }].map(
  (more) => new ImageEdits(`127.0.0.1:${port}`, credentials.createInsecure(), { ...CHANNEL, ...more }),
);
const metadata = new Metadata();
metadata.set('idempotency-key', 'grpc');

/** @param {any} client @returns {Promise<Buffer>} the picture's file */
async function call(client) {
  /** @type {Buffer | null} */
  let result = null;
  for await (const { result: made } of client.Edit({ ...FIELDS, images: [picture] }, metadata))
    result = made?.data ?? result;
  if (result === null) throw new Error('The stream had no result');
  return result;
}

/** Each gives the picture's file. @type {Record<string, () => Promise<Buffer>>} */
const ways = {
  'HTTP, multipart in and JSON out': async () => {
    const { data } = JSON.parse((await post({ 'idempotency-key': 'json' })).toString());
    return Buffer.from(data[0].b64_json, 'base64');
  },
  'HTTP, multipart in and image/png out': () => post({ 'idempotency-key': 'png', accept: 'image/png' }),
  'gRPC, a client as grpc-js makes it': () => call(narrow),
  'gRPC, a client with a window of 4 MiB': () => call(wide),
};

/** @type {Map<string, number[]>} */
const times = new Map(Object.keys(ways).map((name) => [name, []]));
const files = new Set();
for (let round = -3; round < Number(rounds); round += 1) {
  for (const [name, way] of Object.entries(ways)) {
    const startedAt = performance.now();
    const made = await way();
    const taken = performance.now() - startedAt;
    files.add(made.toString('base64'));
    // The first make the edit, and connect.
    if (round >= 0) times.get(name)?.push(taken);
  }
}
if (files.size !== 1) throw new Error('The ways have given different pictures');
const [made = ''] = files;
console.log(
  `${SIDE}×${SIDE} PNG of ${picture.length} bytes in, of ${Math.floor((3 * made.length) / 4)} out, ${rounds} rounds\n`,
);
console.log(tableHead(['way', 'median', 'least', 'against HTTP with JSON']));
const [first = []] = times.values();
for (const [name, taken] of times) {
  const ratio = (median(taken) / median(first)).toFixed(2);
  console.log(tableRow([name, `${median(taken).toFixed(1)} ms`, `${Math.min(...taken).toFixed(1)} ms`, ratio]));
}
narrow.close();
wide.close();
agent.destroy();
await service.stop();
