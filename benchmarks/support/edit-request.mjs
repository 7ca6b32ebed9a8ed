// @ts-check
/** Edits as bytes on the wire, made once, so that those who load the service are no load themselves. */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';

const PICTURE = readFileSync(join(import.meta.dirname, '..', '..', 'test', 'fixtures', 'pictures', 'square.png'));
const BOUNDARY = 'benchmark-boundary';
const agent = new Agent({ keepAlive: true, maxSockets: Infinity });

/** @typedef {{ status: number, text: string, headers: import('node:http').IncomingHttpHeaders }} Answer */

/**
 * A multipart body of one edit.
 * @param {Record<string, string>} fields
 * @param {Buffer | readonly Buffer[]} pictures PNGs, the edit's references in order
 */
export function editBody(fields, pictures = PICTURE) {
  const texts = Object.entries(fields).map(
    ([name, value]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const files = [pictures].flat().map((picture) => {
    const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n`;
    return Buffer.concat([Buffer.from(head), picture, Buffer.from('\r\n')]);
  });
  return Buffer.concat([Buffer.from(texts.join('')), ...files, Buffer.from(`--${BOUNDARY}--\r\n`)]);
}

/**
 * Posts an edit and reads its whole answer.
 * @param {string} url
 * @param {Buffer} body
 * @param {{ headers?: Record<string, string>, signal?: AbortSignal }} options
 * @returns {Promise<Answer>}
 */
export function postEdit(url, body, { headers = {}, signal } = {}) {
  const own = { 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}`, 'Content-Length': body.length };
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', agent, headers: { ...own, ...headers }, ...(signal ? { signal } : {}) };
    const sent = request(`${url}/v1/images/edits`, options, (response) => {
      /** @type {Buffer[]} */
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, text, headers: response.headers });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** @param {string} text an answer's @returns {string} its first picture */
export const firstPicture = (text) => JSON.parse(text).data[0].b64_json;
