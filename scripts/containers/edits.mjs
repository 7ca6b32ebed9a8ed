// @ts-check
/** Edits by the service in a container, over HTTP and gRPC. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { credentials, loadPackageDefinition, Metadata } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import sharp from 'sharp';
import { expect, ROOT, until } from './docker.mjs';

const PHOTO = join(ROOT, 'docs', 'images', 'photo.jpg');
const PROMPT = 'make it black and white';

/** Waits for an edit to be possible. @param {string} url */
export const untilReady = (url) =>
  until(async () => (await fetch(`${url}/ready`).catch(() => null))?.ok === true, `${url} is ready`);

/** @param {string} url @param {Record<string, string>} fields @param {Record<string, string>} headers */
export async function edit(url, fields = {}, headers = {}) {
  const form = new FormData();
  form.set('images', new Blob([await readFile(PHOTO)]), 'photo.jpg');
  form.set('prompt', PROMPT);
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  return fetch(`${url}/v1/images/edits`, { method: 'POST', body: form, headers });
}

/** A job's address. @param {string} url @param {Record<string, string>} fields */
export async function submit(url, fields) {
  const taken = await edit(url, fields, { prefer: 'respond-async' });
  expect(taken.status === 202, `a job is answered with ${taken.status}`);
  return `${url}${taken.headers.get('location')}`;
}

/** @param {string} job its address */
export const statusOf = async (job) => (await (await fetch(job)).json()).status;

/** Waits for a job's picture, which must be made. @param {string} job its address */
export async function expectMade(job) {
  let status = '';
  await until(async () => {
    status = await statusOf(job);
    return ['succeeded', 'failed', 'cancelled'].includes(status);
  }, 'the job ends');
  expect(status === 'succeeded', `the job has ${status}`);
}

/** Edits whose turn has come. @param {string} url */
export async function begunEdits(url) {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^qwen_edit_queue_wait_seconds_count (\d+)$/m.exec(metrics)?.[1]);
}

/** @param {Response} response */
export async function expectBlackAndWhite(response) {
  expect(response.status === 200, `the edit's answer: ${response.status}`);
  const { data } = await response.json();
  await expectGrey(Buffer.from(data[0].b64_json, 'base64'));
}

/** @param {Uint8Array} picture */
async function expectGrey(picture) {
  const { channels } = await sharp(picture).stats();
  const means = channels.slice(0, 3).map(({ mean }) => mean);
  expect(Math.max(...means) - Math.min(...means) < 8, `the picture is not black and white: ${means.join(', ')}`);
}

/**
 * An edit over gRPC, by the .proto files that a folder has.
 * @param {string} address
 * @param {string} folder
 * @param {string} key
 */
export async function expectGreyOverGrpc(address, folder, key = 'none') {
  const proto = loadSync('image_edits.proto', { keepCase: true, oneofs: true, enums: String, includeDirs: [folder] });
  const { ImageEdits } = /** @type {any} */ (loadPackageDefinition(proto))['imageedits'].v1;
  const client = new ImageEdits(address, credentials.createInsecure(), { 'grpc.max_receive_message_length': -1 });
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${key}`);
  const request = { prompt: PROMPT, images: [await readFile(PHOTO)], seed: 1 };
  let picture = new Uint8Array();
  try {
    for await (const { result } of client.Edit(request, metadata, { deadline: Date.now() + 300_000 })) {
      if (result !== undefined && result !== null) picture = result.data;
    }
  } finally {
    client.close();
  }
  await expectGrey(picture);
}
