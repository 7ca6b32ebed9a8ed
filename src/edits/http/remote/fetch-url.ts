import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import { errorCode } from '../../../program/error-code.js';
import { PACKAGE_VERSION } from '../../../program/program-files.js';
import { FetchError } from './fetch-error.js';
import { checkUrl, type FetchRules } from './fetch-rules.js';

const MAX_REDIRECTS = 3;
const REDIRECTS = [301, 302, 303, 307, 308];
const HEADERS = {
  Accept: 'image/*',
  'Accept-Encoding': 'identity',
  'User-Agent': `qwen-image-edit-service/${PACKAGE_VERSION}`,
};

export interface FetchOptions {
  readonly maxBytes: number;
  /** Aborted, the connection is closed and the call rejects. */
  readonly signal: AbortSignal;
}

/**
 * Fetches what lies at an address on the web, which was checked, in pieces. Every redirect is checked as the address was. A name
 * is resolved once for each connection, which goes to what it was resolved to and nowhere else: what was checked is what is
 * asked.
 * @throws FetchError; what `take` throws; anything once the signal is aborted
 */
export async function fetchUrl(
  url: URL,
  rules: FetchRules,
  take: (piece: Buffer) => void,
  { maxBytes, signal }: FetchOptions,
): Promise<void> {
  let at = url;
  for (let redirects = 0; ; redirects += 1) {
    const response = await ask(at, rules, signal);
    try {
      const { location } = response.headers;
      if (location === undefined || !REDIRECTS.includes(response.statusCode ?? 0)) {
        await takeBody(response, take, maxBytes);
        return;
      }
      if (redirects === MAX_REDIRECTS) throw new FetchError(`is redirected more than ${MAX_REDIRECTS} times`);
      at = redirected(location, rules, at);
    } finally {
      response.destroy();
    }
  }
}

function redirected(location: string, rules: FetchRules, from: URL): URL {
  try {
    return checkUrl(location, rules, from);
  } catch (error) {
    throw error instanceof FetchError ? new FetchError(`is redirected, and its new URL ${error.message}`) : error;
  }
}

/** Resolves with the answer's headers; its body is yet to come. */
async function ask(url: URL, rules: FetchRules, signal: AbortSignal): Promise<IncomingMessage> {
  const addresses = await resolved(url.hostname, rules, signal);
  const options = {
    // A connection of its own: none is kept whose address was checked for another request.
    agent: false,
    headers: HEADERS,
    lookup: pinned(addresses),
    signal,
    ...(rules.trusted === undefined ? {} : { ca: rules.trusted }),
  };
  const request = url.protocol === 'https:' ? https.request(url, options) : http.request(url, options);
  return answered(request);
}

async function answered(request: ClientRequest): Promise<IncomingMessage> {
  // What comes after the answer has begun is the answer's to tell.
  request.on('error', () => undefined);
  // Else an answer that changes the protocol would be neither an answer nor an error.
  request.on('upgrade', (_response, socket) => {
    socket.destroy();
    request.emit('error', new Error('The server changes the protocol'));
  });
  request.end();
  try {
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return response;
  } catch (error) {
    throw new FetchError(
      isCertificateFault(error) ? 'has a server whose certificate is not valid' : "has a server that can't be reached",
    );
  }
}

function isCertificateFault(error: unknown): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_/.test(errorCode(error));
}

/** The addresses that a host has and that may be asked. */
async function resolved(host: string, rules: FetchRules, signal: AbortSignal): Promise<readonly LookupAddress[]> {
  signal.throwIfAborted();
  const aborted = once(signal, 'abort').then(() => signal.throwIfAborted());
  const all = await Promise.race([
    rules.resolve(host).catch(() => {
      throw new FetchError("has a host name that can't be resolved");
    }),
    aborted,
  ]);
  const allowed = (all ?? []).filter(({ address }) => rules.isAllowedAddress(address));
  if (allowed.length === 0) throw new FetchError('is not fetched: its host has no public address');
  return allowed;
}

/** In the place of a resolver: gives what was checked. */
function pinned(addresses: readonly LookupAddress[]): LookupFunction {
  return (_host, options, done) => {
    const [first] = addresses;
    if (options.all === true) done(null, [...addresses]);
    else if (first !== undefined) done(null, first.address, first.family);
  };
}

async function takeBody(response: IncomingMessage, take: (piece: Buffer) => void, maxBytes: number): Promise<void> {
  const { statusCode = 0, headers } = response;
  if (statusCode !== 200) throw new FetchError(`was answered with status ${statusCode}`);
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new FetchError('was answered in a compressed form that was not asked for');
  }
  const tooLarge = new FetchError('is too large', true);
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw tooLarge;
  let bytes = 0;
  try {
    for await (const piece of response as AsyncIterable<Buffer>) {
      bytes += piece.length;
      if (bytes > maxBytes) throw tooLarge;
      take(piece);
    }
  } catch (error) {
    // The connection's own errors have a code.
    if (errorCode(error) !== '') throw new FetchError('was cut off before its end');
    throw error;
  }
}
